"""What an experiment found, in words."""

from collections import Counter
from collections.abc import Iterator

from faults.laboratory.experiment import Result
from faults.laboratory.law import breaches


def lines(result: Result) -> Iterator[str]:
    """For whoever ran it."""
    verdict = result.verdict
    yield f"{result.database}, seed {result.seed}: {result.lives} lives of the daemon"
    yield f"  killed             {result.kills} times (SIGKILL), and asked to stop {result.stops} times (SIGTERM)"
    yield f"  wire faults        {result.wire.total()}: {_counted(result.wire)}"
    yield f"  other troubles     {result.troubles.total()}: {_counted(result.troubles)}"
    for each in result.not_made:
        yield f"  not made here      {each}"
    yield f"  mails in           {result.mails_in.total()}: {_counted(result.mails_in)}; {result.taken_out} deleted by a person"
    yield f"  cases              {verdict.cases}; in quarantine {verdict.quarantined.total()}"
    yield from (f"    in quarantine {count}: {reason}" for reason, count in verdict.quarantined.most_common())
    yield f"  letters out        {verdict.letters}, {result.amid_faults} of them in the midst of faults"
    yield f"  lost               {len(verdict.lost)}"
    yield f"  doubled            {len(verdict.doubled)} outside the window"
    yield f"  window repeats     {verdict.repeats}, each with the same Message-ID"
    yield f"  longest recovery   {max(result.recoveries, default=0):.1f} s"
    yield f"  otherwise broken   {len(verdict.other)}"
    yield from (f"  ! {breach}" for breach in breaches(verdict))
    if result.evidence is not None:
        yield f"  evidence           {result.evidence}"


def _counted(what: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in what.most_common())
