"""townclerk.yaml, and the secrets that it names and never holds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from townclerk.config.errors import Fault, FilesRefused, SecretUnavailable
from townclerk.config.logins import MicrosoftLogin, PasswordLogin
from townclerk.config.secrets import LARGEST, Secret, SecretKind
from townclerk.config.settings import ReplyMode, Security, Settings, load_settings, read_settings
from townclerk.config.yaml import parse_yaml

SMALL = """\
council: south-staffordshire
mailbox:
  host: imap.council.example
  user: feedback@council.example
  auth: {kind: password, secret: {env: MAILBOX}}
smtp: {host: smtp.council.example, from_name: Small Council}
database: {url: sqlite:////var/lib/townclerk/townclerk.db}
reply_address:
  keys:
    - {id: b, secret: {file: /etc/townclerk/key-b}}
    - {id: a, secret: {credential: key-a}}
"""


DATABASE = "sqlite:////var/lib/townclerk/townclerk.db"


def settings(content: str) -> Settings:
    return read_settings(parse_yaml(content.encode(), "townclerk.yaml"), Path("/etc/townclerk"))


def faults(before: str, after: str) -> tuple[Fault, ...]:
    assert before in SMALL
    with pytest.raises(FilesRefused) as caught:
        settings(SMALL.replace(before, after, 1))
    return caught.value.faults


def test_the_shipped_example_loads(tmp_path: Path) -> None:
    """As it is, and with all that it only shows put in force."""
    path = Path(__file__).parents[2] / "deploy" / "townclerk.yaml"
    shown = path.read_text(encoding="utf-8")
    for line in (
        "port: 993",
        "security: tls",
        "idle_seconds: 300",
        "start_from: 2027",
        "rate_per_minute",
        "rules: rules",
        "staff: staff",
    ):
        assert f"# {line}" in shown
        shown = shown.replace(f"# {line}", line, 1)

    folder = tmp_path / "etc"
    (folder / "rules").mkdir(parents=True)
    (folder / "staff.yaml").write_text("", encoding="utf-8")
    whole = read_settings(parse_yaml(shown.encode(), "townclerk.yaml"), folder)

    found = load_settings(path)
    assert isinstance(found.mailbox.login, MicrosoftLogin)
    assert (found.council, found.smtp.rate_per_minute, found.reply_address.keys[0].id) == ("south-staffordshire", 25, "a")
    assert folder / "staff.yaml" == whole.staff


def test_what_is_not_written_has_a_sensible_value() -> None:
    found = settings(SMALL)

    assert (
        found.mailbox.port,
        found.mailbox.security,
        found.mailbox.folders,
        found.mailbox.start_from,
    ) == (993, Security.TLS, ("INBOX",), None)
    assert (found.smtp.port, found.smtp.security, found.smtp.user, found.smtp.rate_per_minute) == (
        587,
        Security.STARTTLS,
        None,
        25,
    )
    assert (found.reply_address.mode, [key.id for key in found.reply_address.keys]) == (ReplyMode.SIGNED, ["b", "a"])
    assert (found.authentication.profile, found.authentication.trusted_server) == ("none", None)
    assert (
        found.limits.letters_per_hour,
        found.limits.letters_per_address_per_day,
        found.limits.attachment_forward_mb,
    ) == (200, 12, 15)


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    for folder in ("rules", "elsewhere"):
        (tmp_path / folder).mkdir()
    written = SMALL + f"rules: rules\ntemplates: {tmp_path}/elsewhere\n"
    path = tmp_path / "townclerk.yaml"
    path.write_text(written.replace("{env: MAILBOX}", "{file: key}").replace("sqlite:////", "sqlite:///"), encoding="utf-8")

    found = load_settings(path)

    assert (tmp_path / "rules", tmp_path / "elsewhere") == (found.rules, found.templates)


def test_a_folder_that_is_not_there_is_refused() -> None:
    """Else the shipped files would be in force, and nobody would know."""
    with pytest.raises(FilesRefused) as refused:
        settings(SMALL + "rules: nowhere\n")

    assert "rules: there is no folder" in str(refused.value)


def test_a_folder_of_certificates_that_is_not_there_is_refused() -> None:
    with pytest.raises(FilesRefused) as refused:
        settings(SMALL + "signatures: {certificates: nowhere}\n")

    assert "signatures.certificates: there is no folder" in str(refused.value)


AT_MICROSOFT = """\
council: south-staffordshire
provider: microsoft365
mailbox:
  user: feedback@council.example
  auth: {kind: microsoft, tenant: council.example, client_id: x, secret: {env: APP}}
smtp: {user: feedback@council.example, auth: {kind: password, secret: {env: APP}}, from_name: Council}
database: {url: sqlite:////var/lib/townclerk/townclerk.db}
reply_address: {keys: [{id: b, secret: {env: KEY}}]}
"""


def test_a_provider_brings_its_servers_limits_and_habits() -> None:
    found = settings(AT_MICROSOFT)
    google = settings(AT_MICROSOFT.replace("microsoft365", "google"))
    own = settings(
        AT_MICROSOFT.replace("smtp: {", "smtp: {host: relay.council.example, rate_per_minute: 200, rate_per_day: 50, ")
    )

    assert (found.mailbox.host, found.smtp.host) == ("outlook.office365.com", "smtp.office365.com")
    assert (found.mailbox.folders, found.smtp.rate_per_day) == (("INBOX", "Junk Email"), 10_000)
    assert (found.authentication.profile, found.authentication.trusted_server) == ("m365", None)
    assert "SubmissionQuotaExceeded" in found.profile.quota_words
    assert (google.mailbox.host, google.smtp.host, google.smtp.rate_per_day) == ("imap.gmail.com", "smtp.gmail.com", 2_000)
    assert (google.authentication.profile, google.authentication.trusted_server) == ("rfc8601", "mx.google.com")
    assert (own.smtp.host, own.smtp.rate_per_minute, own.smtp.rate_per_day) == ("relay.council.example", 200, 50)
    assert settings(SMALL).smtp.rate_per_day is None


@pytest.mark.parametrize(
    ("before", "after", "path", "says"),
    [
        ("provider: microsoft365", "provider: m365", "provider", "known here: microsoft365, google, generic"),
        ("provider: microsoft365", "provider: generic", "mailbox.host", "is missing"),
        (
            "{kind: microsoft, tenant: council.example, client_id: x, secret",
            "{kind: password, secret",
            "mailbox.auth",
            "lets nobody into a mailbox by password; write kind: microsoft",
        ),
        ("smtp: {", "smtp: {rate_per_minute: 31, ", "smtp.rate_per_minute", "Microsoft 365 takes 30 letters a minute"),
        (
            "client_id: x,",
            "client_id: x, authority: 'http://login.example',",
            "mailbox.auth.authority",
            "begins with https://",
        ),
        (
            "kind: microsoft, tenant: council.example, client_id: x,",
            "kind: google,",
            "mailbox.auth.service_account",
            "is missing",
        ),
        (
            "kind: microsoft, tenant: council.example, client_id: x, secret: {env: APP}",
            "kind: oidc, client_id: x, token_url: 'https://login.example/token'",
            "mailbox.auth.secret",
            "nothing would prove who asks; write secret, refresh_token, or both",
        ),
        (
            "kind: microsoft, tenant: council.example, client_id: x,",
            "kind: oidc, client_id: x, token_url: 'https://u:hunter2@login.example/token',",
            "mailbox.auth.token_url",
            "without a password",
        ),
    ],
)
def test_what_a_provider_or_a_token_server_does_not_take_is_refused_with_what_to_write(
    before: str, after: str, path: str, says: str
) -> None:
    assert before in AT_MICROSOFT
    with pytest.raises(FilesRefused) as caught:
        settings(AT_MICROSOFT.replace(before, after, 1))

    [fault] = [fault for fault in caught.value.faults if fault.path == path]
    assert says in str(fault)
    assert "hunter2" not in str(fault)


@pytest.mark.parametrize(("days", "refused"), [(89, False), (91, True), (20_000, True)])
def test_a_start_that_lies_far_ahead_is_refused(days: int, refused: bool) -> None:
    """Until then nobody would be answered."""
    written = SMALL.replace("smtp:", f"  start_from: {datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}\nsmtp:", 1)
    if not refused:
        assert settings(written).mailbox.start_from is not None
        return
    with pytest.raises(FilesRefused, match="no mail would be answered until then"):
        settings(written)


def test_a_moment_has_a_time_zone() -> None:
    found = settings(SMALL.replace("smtp:", "  start_from: 2027-01-11T08:00:00+00:00\nsmtp:", 1))

    assert datetime(2027, 1, 11, 8, tzinfo=UTC) == found.mailbox.start_from


@pytest.mark.parametrize(
    ("before", "after", "line", "path", "says"),
    [
        ("{env: MAILBOX}", "hunter2", 5, "mailbox.auth.secret", "must not stand in this file; write {env: NAME}"),
        ("{env: MAILBOX}", "{env: A, file: B}", 5, "mailbox.auth.secret", "is in one place"),
        ("{env: MAILBOX}", "{enf: A}", 5, "mailbox.auth.secret", "no place that a secret can be in; write {env: NAME}"),
        ("{credential: key-a}", "{credential: ../key-a}", 11, "reply_address.keys[1].secret", "not the name of a credential"),
        ("kind: password", "kind: oauth", 5, "mailbox.auth.kind", "known here: password, microsoft"),
        ("kind: password", "kind: microsoft", 5, "mailbox.auth.tenant", "is missing"),
        ("host: imap.council.example", "hosst: imap", 3, "mailbox.hosst", 'did you mean "host"'),
        ("host: imap.council.example", "host: a\n  port: 0", 4, "mailbox.port", "too small; write a number from 1 to 65535"),
        ("host: imap.council.example", "host: a\n  port: 65536", 4, "mailbox.port", "too large"),
        ("host: imap.council.example", "host: a\n  port: imaps", 4, "mailbox.port", "is not a whole number"),
        ("host: imap.council.example", "host: a\n  idle_seconds: 1741", 4, "mailbox.idle_seconds", "too large"),
        ("host: imap.council.example", "host: a\n  folders: []", 4, "mailbox.folders", "no folder is watched"),
        ("host: imap.council.example", "host: a\n  start_from: 2027-01-11", 4, "mailbox.start_from", "with a time zone"),
        ("host: imap.council.example", "host: a\n  security: ssl", 4, "mailbox.security", "known here: tls, starttls, none"),
        ("from_name:", "user: u, from_name:", 6, "smtp.auth", "user and auth go together"),
        ("sqlite:////var", "mysql://var", 7, "database.url", "not the address of a database"),
        ("sqlite:////var", "sqlite://var", 7, "database.url", "four slashes"),
        ("imap.council.example", "imap.council.example:993", 3, "mailbox.host", "not the name of a server"),
        ("imap.council.example", "https://imap.council.example/", 3, "mailbox.host", "not the name of a server"),
        ("smtp.council.example", '"[::1]:25"', 6, "smtp.host", "not the name of a server"),
        ("sqlite:////var", "SQLite:////var", 7, "database.url", '"SQLite" is written in small letters'),
        ("{env: MAILBOX}", "{env: hunter 2!}", 5, "mailbox.auth.secret", "not the name of an environment variable"),
        (
            "sqlite:////var/lib/townclerk/townclerk.db",
            "postgresql://u:hunter2@h/d",
            7,
            "database.url",
            "a password must not stand",
        ),
        (DATABASE, "postgresql://u:hun/ter2@h/d", 7, "database.url", "a password must not stand"),
        (DATABASE, "postgresql://u:hun#ter2@h/d", 7, "database.url", "a password must not stand"),
        (DATABASE, "mysql://u:hun/ter2@h/d", 7, "database.url", "this is not the address of a database"),
        (DATABASE, "u:hunter2@h/d", 7, "database.url", "this is not the address of a database"),
        (DATABASE, "mysql://h/d", 7, "database.url", 'write for instance "sqlite:////var'),
        (DATABASE, "postgresql://u@h:54a2/d", 7, "database.url", "the port in the address is no number"),
        (DATABASE, "postgresql://u@h:70000/d", 7, "database.url", "the port in the address is no number"),
        (DATABASE, "postgresql:u@h/d", 7, "database.url", "is not the address of a database"),
        (DATABASE, '"postgresql://u@h/d#1"', 7, "database.url", "is not the address of a database"),
        (DATABASE, "postgresql://u@h/d?password=hunter2", 7, "database.url", "a password must not stand"),
        (DATABASE, "postgresql://u@h/d?pass%77ord=hunter2", 7, "database.url", "a password must not stand"),
        (DATABASE, "postgresql://u@h/d?sslpassword=hunter2", 7, "database.url", "a password must not stand"),
        (
            DATABASE,
            "postgresql://u@h/d?sslmode=disable",
            7,
            "database.url",
            "an authority of your own has signed its certificate",
        ),
        (DATABASE, "postgresql://u@h/d?sslmode=require", 7, "database.url", "take it out: it is verify-full"),
        (DATABASE, "postgresql://u@/d?host=h&sslmode=verify-ca", 7, "database.url", "take it out: it is verify-full"),
        (DATABASE, '"postgresql://u@localhost,h/d?sslmode=prefer"', 7, "database.url", "take it out: it is verify-full"),
        (DATABASE, "postgresql://u@localhost/d?hostaddr=192.0.2.1&sslmode=allow", 7, "database.url", "it is verify-full"),
        (DATABASE, "postgresql://u@h/d?ssl_min_protocol_version=TLSv1", 7, "database.url", "a TLS below 1.2"),
        ("host: imap.council.example", "host: imap.example\n  security: none", 4, "mailbox.security", "write tls or starttls"),
        ("smtp: {", "smtp: {security: none, ", 6, "smtp.security", "is not this machine: passwords and residents' mail"),
        ("id: b", "id: a", 10, "reply_address.keys", 'two keys have the id "a"'),
        ("id: b", "id: ab", 10, "reply_address.keys[0].id", "write one character"),
        (
            "reply_address:",
            "authentication: {profile: rfc8601}\nreply_address:",
            8,
            "authentication.trusted_server",
            "is missing",
        ),
        (
            "reply_address:",
            "authentication: {profile: gmail}\nreply_address:",
            8,
            "authentication.profile",
            "known here: rfc8601, m365, none",
        ),
        ("council: south-staffordshire\n", "", 1, "council", "is missing"),
    ],
)
def test_a_wrong_setting_is_refused_at_its_place_with_a_helpful_word(
    before: str, after: str, line: int, path: str, says: str
) -> None:
    [fault] = [fault for fault in faults(before, after) if fault.path == path]

    assert says in str(fault)
    assert line == fault.line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{env: MAILBOX}", "hunter2"),
        ("{env: MAILBOX}", "{env: hunter2!}"),
        (DATABASE, "postgresql://u:hunter2@h/d"),
        (DATABASE, "postgresql://u@h/d?password=hunter2"),
        (DATABASE, "mysql://u@h/d?sslpassword=hunter2"),
        (DATABASE, "postgresql://h/d;password=hunter2"),
        (DATABASE, "postgresql://h/d?pwd=hunter2"),
        (DATABASE, '"postgresql://h/d#password=hunter2"'),
        (DATABASE, "postgres://h/d?pass=hunter2"),
        (DATABASE, "postgres://u:hunter2"),
        (DATABASE, "postgresql:u:hunter2"),
        (DATABASE, "postgresql://u:hunter2/h/d"),
        (DATABASE, '"host=db user=u password=hunter2 dbname=d"'),
        ("{url: " + DATABASE + "}", "postgresql://u:hunter2@h/d"),
        ("{env: MAILBOX}", "{hunter2}"),
        ("{env: MAILBOX}", "{hunter2: }"),
        ("{env: MAILBOX}", "!hunter2"),
        ("{env: MAILBOX}", "*hunter2"),
        ("{env: MAILBOX}", "&hunter2"),
        ("{kind: password, secret: {env: MAILBOX}}", "hunter2"),
        ("{kind: password, secret: {env: MAILBOX}}", "[hunter2]"),
        ("kind: password", "kind: hunter2"),
        ("id: b", "id: hunter2"),
        ("imap.council.example", "imaps://feedback:hunter2@mail.example"),
    ],
)
def test_a_secret_in_plain_text_is_not_repeated_in_the_fault(before: str, after: str) -> None:
    found = faults(before, after)

    assert found
    assert not any("hunter2" in str(fault) for fault in found)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.0.1", "localhost", '"::1"', '"[::1]"'])
def test_a_server_on_this_machine_may_be_spoken_to_in_clear(host: str) -> None:
    found = settings(SMALL.replace("host: imap.council.example", f"host: {host}\n  security: none"))

    assert found.mailbox.security == "none"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@h/d",
        "postgresql:///d",
        "postgresql+psycopg://u@h:5432/d",
        "postgresql://u@h/d?sslmode=verify-full&sslrootcert=/etc/townclerk/ca.pem&ssl_min_protocol_version=TLSv1.3",
        "postgresql://u@127.0.0.1/d?sslmode=disable",
        "postgresql://u@/d?host=/run/postgresql&sslmode=disable",
        "postgresql://u@h/d?hostaddr=127.0.0.1&sslmode=disable",
    ],
)
def test_a_database_that_nobody_can_listen_to_is_taken_as_it_is_written(url: str) -> None:
    assert settings(SMALL.replace(DATABASE, f'"{url}"')).database.url == url


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_a_secret_is_fetched_from_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time anew, and without the line end of its file."""
    monkeypatch.setenv("MAILBOX", "one")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "key").write_text("two \n", encoding="utf-8")

    assert Secret(SecretKind.ENV, "MAILBOX").reveal() == "one"
    assert Secret(SecretKind.FILE, str(tmp_path / "key")).reveal() == "two "
    assert Secret(SecretKind.CREDENTIAL, "key").reveal() == "two "
    monkeypatch.setenv("MAILBOX", "three")
    assert Secret(SecretKind.ENV, "MAILBOX").reveal() == "three"


def test_a_secret_shows_its_place_and_never_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOX", "hunter2")
    found = settings(SMALL)
    assert isinstance(found.mailbox.login, PasswordLogin)

    assert found.mailbox.login.secret.reveal() == "hunter2"
    assert "hunter2" not in repr(found)
    assert str(found.mailbox.login.secret) == "{env: MAILBOX}"


def test_a_secret_that_is_not_there_is_told_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILBOX", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_text("x" * (LARGEST + 1), encoding="utf-8")
    missing = [Secret(SecretKind.FILE, str(tmp_path / name)) for name in ("none", "empty", "binary", "large", "")]

    for secret in (*missing, Secret(SecretKind.ENV, "MAILBOX"), Secret(SecretKind.CREDENTIAL, "key")):
        with pytest.raises(SecretUnavailable, match="secret"):
            secret.reveal()


def test_a_comma_in_a_number_is_named_as_what_it_is() -> None:
    (fault,) = faults("smtp: {", "limits: {letters_per_hour: 1,000}\nsmtp: {")

    assert (fault.path, fault.expected.partition(";")[0]) == ("limits.000", "a number is written without commas, as 1000")
