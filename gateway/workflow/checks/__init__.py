"""What is looked at before anybody sees a draft: each check a small function, each finding a fact for policies."""

from gateway.workflow.checks.amounts import Amount, amount, amounts
from gateway.workflow.checks.channels import most_characters
from gateway.workflow.checks.echoes import echo
from gateway.workflow.checks.findings import Check, Checked, CitedSpan, Finding, Kind, Severity, Source
from gateway.workflow.checks.grounds import gone_source, internal_quoted, invented_quote, uncited, uncited_claim
from gateway.workflow.checks.identities import invented_name, invented_order
from gateway.workflow.checks.inventions import foreign_link, invented_contact, invented_link, personal_data_of_others
from gateway.workflow.checks.shape import cut_off, empty, markup, template_syntax, too_long, unknown_placeholder
from gateway.workflow.checks.summary import Confidence, confidence, summarise
from gateway.workflow.checks.wording import (
    advice,
    for_staff,
    profanity,
    promise,
    prompt_leak,
    refusal,
    tone,
    wrong_language,
)

CHECKS: tuple[Check, ...] = (
    empty,
    cut_off,
    refusal,
    unknown_placeholder,
    uncited,
    uncited_claim,
    gone_source,
    wrong_language,
    invented_link,
    invented_contact,
    foreign_link,
    invented_quote,
    invented_name,
    invented_order,
    promise,
    amount,
    personal_data_of_others,
    prompt_leak,
    template_syntax,
    markup,
    too_long,
    internal_quoted,
    echo,
    for_staff,
    advice,
    tone,
    profanity,
)


def check_all(checked: Checked) -> tuple[Finding, ...]:
    """All findings, the gravest first, then in order of the text. CPU work of a few ms; never raises for any text."""
    order = list(Severity)[::-1]
    read = checked.bounded()
    found = [finding for check in CHECKS for finding in check(read)]
    return tuple(sorted(found, key=lambda finding: (order.index(finding.severity), finding.start)))


__all__ = [
    "CHECKS",
    "Amount",
    "Check",
    "Checked",
    "CitedSpan",
    "Confidence",
    "Finding",
    "Kind",
    "Severity",
    "Source",
    "amounts",
    "check_all",
    "confidence",
    "most_characters",
    "summarise",
]
