"""python tests/bench/bench.py [--mails 500] [--json]: see comparison.py."""

import sys
from pathlib import Path


def main() -> None:
    sys.path[0] = str(Path(__file__).parents[1])  # the tests' own modules, as pytest finds them
    from bench.comparison import main

    main()


if __name__ == "__main__":
    main()
