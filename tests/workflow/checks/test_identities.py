import pytest

from gateway.screening import Kind, Known
from gateway.workflow.checks import Severity
from gateway.workflow.checks.identities import invented_name, invented_order
from tests.workflow.checks.draft import draft

JANE = (Known(Kind.PERSON, "Jane Roe"),)


@pytest.mark.parametrize(
    "text", ["Dear Mr. Brandvold,", "Please ask Dr. Okonkwo about it.", "Hello Thomas, thank you."]
)
def test_names_that_nobody_told_are_found(text: str) -> None:
    (finding,) = invented_name(draft(text, own=JANE))

    assert finding.severity is Severity.CONCERN
    assert text[finding.start : finding.end].split()[-1].strip(".,") in ("Brandvold", "Okonkwo", "Thomas")


@pytest.mark.parametrize(
    "more",
    [
        {"own": (Known(Kind.PERSON, "Thomas Roe"),)},
        {"others": (Known(Kind.PERSON, "Thomas Roe"),)},
        {"question": "I spoke to Thomas."},
        {"heard": "Yours, Thomas"},
        {"ours": "Thomas\nThe Acme team"},
    ],
)
def test_names_that_the_ticket_or_the_account_tells_may_be_used(more: dict[str, object]) -> None:
    assert not list(invented_name(draft("Hello Thomas, thank you.", **more)))


@pytest.mark.parametrize(
    "text",
    [
        "Your order number 998877 is on its way.",
        "Your order HT-480001 is on its way.",
        "See #443322 for it.",
        "Ihre Bestellnummer: AB-99812 ist unterwegs.",
        "Your tracking number is JD0146000098.",
    ],
)
def test_numbers_of_orders_that_nobody_told_never_go_out(text: str) -> None:
    found = list(invented_order(draft(text)))

    assert [finding.severity for finding in found] == [Severity.STOP]


@pytest.mark.parametrize(
    "text",
    [
        "Your order 4711 is on its way.",
        "Your order number is 4711.",
        "We answer within 2 days, also in order 1 of many.",
        "A parcel of 5000 g is too heavy.",
    ],
)
def test_numbers_that_the_requester_told_may_be_repeated(text: str) -> None:
    assert not list(invented_order(draft(text)))


def test_a_number_in_the_subject_is_told() -> None:
    assert not list(invented_order(draft("Your order HT-480001 is on its way.", heard="Where is HT 480001?")))
