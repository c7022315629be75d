"""`make faults MINUTES=20 SEED=anything DATABASE=sqlite|postgresql|both`"""

import argparse
import secrets
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from faults.laboratory import report
from faults.laboratory.experiment import Experiment, Servers
from servers.dovecot import Dovecot
from servers.installation import DOMAIN, Names, users
from servers.postfix import Postfix
from servers.postgres import running_postgres
from servers.sink import Sink

DATABASES = ("sqlite", "postgresql")


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers are ours to stop
    asked = _arguments()
    databases = DATABASES if asked.database == "both" else (asked.database,)
    _say(f"seed {asked.seed}: {asked.minutes:g} minutes on {' and '.join(databases)}")
    folder = Path(tempfile.mkdtemp(prefix="townclerk-faults-"))
    kept = True
    with ExitStack() as stack:
        servers = start_servers(stack, postgresql="postgresql" in databases)
        for number, database in enumerate(databases):
            experiment = Experiment(asked.seed, database, Names(number), servers, folder / database, _say)
            result = experiment.run(minutes=asked.minutes / len(databases))
            for line in report.lines(result):
                _say(line)
            kept = kept and result.verdict.kept
    if kept:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if kept else 1


def start_servers(stack: ExitStack, *, postgresql: bool) -> Servers:
    """Real ones, until *stack* is closed. Mail for residents leaves Postfix for a server that takes everything."""
    dovecot = stack.enter_context(Dovecot(users(range(len(DATABASES)))))
    sink = stack.enter_context(Sink())
    certificate = (dovecot.folder / "cert.pem", dovecot.folder / "key.pem")
    postfix = Postfix(
        dovecot.lmtp_port, [DOMAIN], dovecot.users, outside_port=sink.port, certificate=certificate, proves=DOMAIN
    )
    stack.enter_context(postfix)
    return Servers(dovecot, postfix, sink, stack.enter_context(running_postgres()) if postgresql else None)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
