#!/bin/sh
# Installs the servers, the browser and the mail programs that the tests use, where this is a Debian and we are root. Changes nothing else.
set -eu

missing=
for pair in dovecot-imapd:/usr/lib/dovecot/imap dovecot-lmtpd:/usr/lib/dovecot/lmtp postfix:/usr/sbin/postfix chromium:/usr/bin/chromium neomutt:/usr/bin/neomutt thunderbird:/usr/bin/thunderbird systemd:/usr/bin/systemd-analyze; do
    [ -e "${pair#*:}" ] || missing="$missing ${pair%%:*}"
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed:$missing (install them as root, or let the tests that need them say so)" >&2
    exit 0
fi
echo "installing$missing …"
export DEBIAN_FRONTEND=noninteractive
# Nothing is to start by itself: the tests start their own on private ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq >/dev/null
# shellcheck disable=SC2086  # a list of packages
apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || apt-get install -y --no-install-recommends $missing
