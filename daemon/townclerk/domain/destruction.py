"""What is left of a case when its time is over: that there was one, of what sort, and how it went. Nobody is named."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from townclerk.domain.case import MARKED, Case, Remedy
from townclerk.domain.mail import Address

NOBODY = Address("", "")


def without_people(case: Case, at: datetime, codes: Collection[str]) -> Case:
    """*case*, destroyed at *at*: with its dates and figures, and nothing that anybody wrote, or that says who they were.

    Of the reasons and remedies stay those that are *codes* of the policy: where it has none they are an officer's own words."""
    return Case(
        ref=case.ref,
        council=case.council,
        policy_version=case.policy_version,
        category=case.category,
        service=case.service,
        status=case.status,
        complainant=NOBODY,
        subject="(destroyed)",
        opened_at=case.opened_at,
        stage=case.stage,
        flags=tuple((name, text) for name, text in case.flags if name == MARKED),
        deadlines=tuple(replace(deadline, dropped=deadline.met_at is None) for deadline in case.deadlines),
        outcome=case.outcome,
        responded_at=case.responded_at,
        closed_at=case.closed_at,
        destroyed_at=at,
        refused=case.refused,
        reasons=tuple(reason for reason in case.reasons if reason in codes),
        remedies=tuple(Remedy(remedy.code) for remedy in case.remedies if remedy.code in codes),
        survey_marks=case.survey_marks,
        run=case.run,
        receipts=False,
        version=case.version,
    )
