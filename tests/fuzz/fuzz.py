"""`make fuzz`: each target of targets.py for MINUTES, guided by what code it reaches (atheris), from a SEED.

    python -m fuzz.fuzz [--minutes 10] [--seed 1] [TARGET …]

A target stops at its first finding: the bytes are kept in tests/corpus/crash/<target>/, and the tests feed them again.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.targets import TARGETS, seeds

CRASHES = Path(__file__).resolve().parents[1] / "corpus" / "crash"
SLOW = 5  # seconds for one input
LARGEST = 16_384  # bytes of one input

_ONE = """
import sys, atheris
with atheris.instrument_imports(include=["townclerk"]):
    from fuzz.targets import TARGETS
atheris.Setup(sys.argv[:1] + sys.argv[2:], TARGETS[sys.argv[1]])
atheris.Fuzz()
"""


def fuzz(name: str, seconds: int, seed: int) -> bool:
    """True where *name* held for so long."""
    kept = CRASHES / name
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for number, begins in enumerate(seeds(name)):
            (Path(folder) / str(number)).write_bytes(begins)
        asked = [f"-max_total_time={seconds}", f"-seed={seed}", f"-timeout={SLOW}", f"-max_len={LARGEST}", "-rss_limit_mb=2048"]
        options = [*asked, "-print_final_stats=1", f"-artifact_prefix={kept}/", folder]
        done = subprocess.run(
            [sys.executable, "-c", _ONE, name, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    said = [line for line in done.stdout.splitlines() if "number_of_executed_units" in line]
    tried = said[0].rsplit(" ", 1)[1] if said else "?"
    print(f"{name}: {'nothing new' if done.returncode == 0 else 'BROKEN'} in {tried} inputs", flush=True)  # noqa: T201
    if done.returncode:
        told = [line for line in done.stdout.splitlines() if not line.startswith("#")]
        print("\n".join(told[-25:]), flush=True)  # noqa: T201
    if not list(kept.iterdir()):
        kept.rmdir()
    return done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if wrong := set(asked.targets) - set(TARGETS):
        parser.error(f"there is no target {', '.join(sorted(wrong))}; there are {', '.join(TARGETS)}")
    held = [fuzz(name, round(asked.minutes * 60), asked.seed) for name in asked.targets]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
