"""A small policy to be made wrong, and the shapes of the other councils' promises."""

SMALL = """\
id: small
prefix: SM
title: A small policy
contact: {council: Small Council, mailbox: feedback@council.example}
roles: {service: , complaints_lead: }
calendar: {country: GB, subdivision: ENG, timezone: Europe/London}
categories:
  complaint: {clause: "1", first_stage: stage1}
stages:
  stage1:
    title: Stage 1
    respond:
      within: 10 working days
      from: receipt
      by: service
      clause: "2"
    extension: {clause: "2", default: 10 working days}
    final: true
ombudsmen:
  lgsco: {name: The Ombudsman, address: PO Box 1, phone: "0300", website: www.lgo.org.uk}
"""

# What differs between the published policies, in the words of the language.

NORTH_SOMERSET = """
  stage1:
    title: Stage 1
    respond: {within: 10 working days, from: receipt, by: service, clause: Stage 1, promises: [SM-029]}
    extension: {clause: Stage 1, default: 10 working days, reason_required: true}
  stage1_again:
    title: Second Stage 1
    respond: {within: 10 working days, from: receipt, by: service, clause: Stage 1}
    extension: {clause: Stage 1, default: 10 working days, reason_required: true}
    max_times: 1
    decided_by: customer_services
  stage2:
    title: Stage 2
    respond: {within: 17 working days, from: receipt, by: director, clause: Stage 2, promises: [SM-041]}
    extension: {clause: Stage 2, default: 20 working days, reason_required: true}
    decided_by: customer_services
    final: true
"""

STOKE = """
  stage1:
    title: Stage 1
    acknowledge: {within: 5 working days, from: receipt, by: feedback_team, clause: "5", fallback: at_due}
    respond: {within: 10 working days, from: receipt, by: complaint_handler, clause: "5"}
    extension: {name: extension proposal, clause: "5", default: 10 working days, reason_required: true, agreement: true}
  stage2:
    title: Stage 2
    request: {within: 10 working days, from: response, clause: "6"}
    assess: {within: 5 working days, from: receipt, by: feedback_team, clause: "6"}
    respond: {within: 20 working days, from: receipt, by: senior_manager, clause: "6"}
    extension: {name: extension proposal, clause: "6", default: 20 working days, reason_required: true, agreement: true}
    refuse: {clause: "6"}
    final: true
    closes_case: true
"""

WEST_LINDSEY = """
  stage1:
    title: Complaint
    respond: {within: 21 days, from: receipt, by: customer_experience_officer, clause: "4"}
    extension: {name: complex-case notice, clause: "4", default: 10 working days, reason_required: true}
    final: true
"""

SOUTH_DERBYSHIRE = """
  stage1:
    title: Stage 1
    acknowledge: {within: 5 working days, from: receipt, by: customer_experience_officer, clause: "6.7", fallback: at_due}
    respond: {within: 10 working days, from: acknowledgement, by: head_of_service, clause: "6.8"}
    extension: {clause: "6.9", default: 10 working days, reason_required: true}
  stage2:
    title: Stage 2
    acknowledge: {within: 5 working days, from: receipt, by: customer_experience_officer, clause: "7"}
    respond: {within: 10 working days, from: acknowledgement, by: executive_director, clause: "7"}
    extension: {clause: "7", default: 10 working days, cap: at most 20 working days in all, reason_required: true}
    refuse: {clause: "7"}
    final: true
"""


def with_stages(stages: str, *roles: str) -> str:
    """The small policy with other stages, and the roles that they need."""
    before, _, rest = SMALL.partition("stages:\n")
    after = rest[rest.index("ombudsmen:") :]
    named = "".join(f", {role}: " for role in roles)
    return f"{before.replace('complaints_lead: }', f'complaints_lead: {named}}}')}stages:{stages}{after}"
