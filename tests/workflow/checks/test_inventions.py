import pytest

from gateway.screening import Kind, Known
from gateway.workflow.checks import Severity, Source
from gateway.workflow.checks.inventions import foreign_link, invented_contact, invented_link, personal_data_of_others
from tests.workflow.checks.draft import RETURNS, draft

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


def test_what_only_a_source_holds_that_is_not_cited_is_no_ground() -> None:
    other = Source(3, "Carriers: https://carrier.example/track, hi@carrier.example.", url="https://carrier.example")
    text = "See https://carrier.example/track or write to hi@carrier.example."

    assert list(invented_link(draft(text, sources=(RETURNS, other), cited=(1,))))
    assert list(invented_contact(draft(text, sources=(RETURNS, other), cited=(1,))))
    assert not list(invented_link(draft(text, sources=(RETURNS, other), cited=(1, 3))))
    assert not list(invented_contact(draft(text, sources=(RETURNS, other), cited=(1, 3))))


@pytest.mark.parametrize("told", ["https://evil.example/pay", "www.evil.example", "pay@evil.example"])
def test_what_leads_away_from_the_place_of_its_source_is_shown_to_a_person(told: str) -> None:
    article = Source(1, f"You may return it. Or see {told} for more.", "Returns", "https://help.example/returns")
    checked = draft(f"You may return it, see {told} for more.", sources=(article,))

    assert not list(invented_link(checked))
    assert {finding.severity for finding in foreign_link(checked)} == {Severity.CONCERN}
    allowed = draft(checked.text, sources=(article,), allowed_domains=frozenset({"evil.example"}))
    assert not list(foreign_link(allowed))


@pytest.mark.parametrize("told", ["https://help.example/returns", "https://www.help.example/x", "care@help.example"])
def test_what_stays_at_the_place_of_its_source_is_in_order(told: str) -> None:
    article = Source(1, f"See {told} for more.", "Returns", "https://help.example/returns")

    assert not list(foreign_link(draft(f"See {told} for more.", sources=(article,))))


def test_a_source_without_a_place_vouches_for_no_link() -> None:
    article = Source(1, "See https://help.example/returns for more.", "Returns")

    assert list(foreign_link(draft("See https://help.example/returns for more.", sources=(article,))))


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
