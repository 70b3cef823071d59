import pytest

from gateway.screening import Kind, Known
from gateway.workflow.checks import Severity
from gateway.workflow.checks.inventions import invented_contact, invented_link, personal_data_of_others
from tests.workflow.checks.draft import draft

JANE = (Known(Kind.PERSON, "Jane Roe"), Known(Kind.EMAIL, "jane@mail.example"))


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/returns",
        "http://help.example.evil.example/",
        "www.evil.example",
        "evil.com/x",
        "[returns](https://evil.example/a)",
        "[returns](/relative/path)",
        "https://help.example@evil.example/returns",
        "https://shop.example@evil.com",
        "ftp://shop.example/file",
    ],
)
def test_links_that_nobody_gave_are_found(link: str) -> None:
    checked = draft(f"See {link} please.", allowed_domains=frozenset({"shop.example"}))

    assert {finding.severity for finding in invented_link(checked)} == {Severity.STOP}


@pytest.mark.parametrize(
    "link",
    [
        "https://help.example/returns",
        "https://help.example/returns/",
        "help.example/returns",
        "https://shop.example/any/page?x=1",
        "https://www.shop.example",
        "[the page](https://help.example/returns).",
    ],
)
def test_links_of_sources_and_allowed_hosts_are_in_order(link: str) -> None:
    assert not list(invented_link(draft(f"See {link}", allowed_domains=frozenset({"shop.example"}))))


def test_a_link_that_only_the_requester_wrote_is_no_source() -> None:
    checked = draft("Pay at https://evil.example/pay.", question="Please send them to https://evil.example/pay")

    assert list(invented_link(checked))


@pytest.mark.parametrize(
    "text", ["Mr.Smith said so.", "It is 3.5 cm wide.", "e.g. this one", "Node.js is fine", "at 10.30"]
)
def test_a_full_stop_does_not_make_a_link(text: str) -> None:
    assert not list(invented_link(draft(text)))


@pytest.mark.parametrize(
    "contact",
    ["evil@attacker.example", "+49 30 901820", "DE89 3704 0044 0532 0130 00", "paypal.me/attacker", "gift card codes"],
)
def test_contacts_and_ways_to_pay_that_no_source_holds_are_found(contact: str) -> None:
    assert list(invented_contact(draft(f"Please use {contact} for it.", question=f"My contact is {contact}")))


def test_contacts_of_sources_and_of_the_requester_are_in_order() -> None:
    assert not list(invented_contact(draft("Write to care@help.example.")))
    assert not list(invented_contact(draft("We wrote to jane@mail.example.", own=JANE)))
    assert not list(invented_contact(draft("Write to hi@shop.example.", allowed_domains=frozenset({"shop.example"}))))


def test_names_of_others_are_found_and_the_requesters_own_is_not() -> None:
    others = (Known(Kind.PERSON, "Tom Roe"), Known(Kind.PERSON, "Jane Roe"))

    assert list(personal_data_of_others(draft("Your husband Tom has asked before.", own=JANE, others=others)))
    assert not list(personal_data_of_others(draft("Dear Jane Roe,", own=JANE, others=others)))


@pytest.mark.parametrize("secret", ["4532 2766 4457 7020", "your password is Hunter2!", "SSN 531-21-7351"])
def test_secrets_are_never_repeated_to_anybody(secret: str) -> None:
    assert {finding.severity for finding in personal_data_of_others(draft(secret, own=JANE))} == {Severity.STOP}
