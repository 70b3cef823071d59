"""Who somebody is, by what a help desk or a sign-in tells."""

import pytest

from gateway.access.people import Declared, Group, People, Person, Right
from gateway.access.rights import needed
from gateway.access.visitor import Visitor
from gateway.errors import NotAllowed, NotFound

PEOPLE = People(
    [
        Declared("ann", "Ann", "ann@acme.example", {"acme": "5"}, frozenset({"leads"})),
        Declared("bo", "Bo", "bo@acme.example", {}, frozenset({"local"})),
        Declared("idle", "Idle", "idle@acme.example"),
    ],
    [
        Group("leads", "Leads", claim="sso-leads"),
        Group("local", "Local", accounts=frozenset({"acme"})),
        Group("ops", "Ops", frozenset({Right.OPS}), claim="sso-ops"),
    ],
)


def test_an_agent_is_known_by_the_help_desks_id_and_not_by_that_of_another_account() -> None:
    assert PEOPLE.at_desk("acme", "5", name="A", email=None).id == "ann"
    assert PEOPLE.at_desk("other", "5", name="A", email=None).id == "other:5"


def test_a_mail_address_counts_only_where_no_id_is_declared() -> None:
    assert PEOPLE.at_desk("acme", "77", name="B", email="Bo@acme.example").id == "bo"
    forged = PEOPLE.at_desk("acme", "77", name="A", email="ann@acme.example")
    assert forged.id == "acme:77"
    assert not forged.groups


def test_an_agent_whom_nobody_declared_acts_on_that_account_alone_and_is_in_no_group() -> None:
    stranger = PEOPLE.at_desk("acme", "9", name="New", email=None)

    assert (stranger.rights, stranger.groups) == ({Right.AGENT}, frozenset())
    assert stranger.sees("acme")
    assert not stranger.sees("other")


def test_groups_of_the_identity_provider_are_added_to_the_declared_ones() -> None:
    person = PEOPLE.signed_in("ann@acme.example", "Ann", ["sso-ops", "unknown"])

    assert person is not None
    assert person.groups == {"leads", "ops"}
    assert person.rights == {Right.AGENT, Right.OPS}


@pytest.mark.parametrize("email", ["idle@acme.example", "nobody@acme.example"])
def test_somebody_in_no_group_is_nobody_here(email: str) -> None:
    assert PEOPLE.signed_in(email, "X", []) is None


def test_a_group_for_one_account_shows_no_other() -> None:
    person = PEOPLE.by_id("bo")
    assert person is not None
    visitor = Visitor(person)

    visitor.need_account("acme")
    with pytest.raises(NotFound):
        visitor.need_account("other")


def test_the_operator_runs_everything_and_is_nobody_who_could_approve() -> None:
    operator = Visitor(operator=True)

    operator.need_account("anything")
    operator.need(Right.ADMIN)
    with pytest.raises(NotAllowed):
        operator.need(Right.AGENT)


def test_a_visitor_without_anything_sees_no_account() -> None:
    with pytest.raises(NotFound):
        Visitor(draft=7).need_account("acme")


@pytest.mark.parametrize(
    ("method", "path", "rights"),
    [
        ("GET", "/", set(Right)),
        ("GET", "/review/7", {Right.AGENT, Right.AUDITOR, Right.ADMIN, Right.OPS}),
        ("POST", "/review/7/approve", {Right.AGENT}),
        ("POST", "/pause", {Right.ADMIN, Right.OPS}),
        ("GET", "/api/runs", {Right.ADMIN, Right.OPS, Right.AUDITOR}),
        ("GET", "/costs/spend.csv", {Right.ADMIN, Right.OPS, Right.AUDITOR}),
        ("POST", "/policies/try", {Right.ADMIN}),
        ("GET", "/metrics", {Right.ADMIN, Right.OPS, Right.AUDITOR}),
        ("POST", "/anything/new", {Right.ADMIN}),
        ("GET", "/reviewer", {Right.ADMIN, Right.OPS, Right.AUDITOR}),
        ("DELETE", "/", {Right.ADMIN}),
    ],
)
def test_every_path_needs_a_right_also_one_that_nobody_thought_of(method: str, path: str, rights: set[Right]) -> None:
    assert needed(method, path).rights == rights


def test_what_knows_no_accounts_is_for_those_who_may_see_them_all() -> None:
    assert needed("GET", "/dead").whole
    assert needed("GET", "/api/runs").whole
    assert not needed("GET", "/runs").whole
    assert Person("x", "X", accounts=frozenset()).sees("acme") is False


def test_a_help_desks_word_opens_one_accounts_drafts_and_nothing_else() -> None:
    lead = Person("ann", "Ann", frozenset({"leads"}), frozenset(Right), None)

    narrowed = lead.narrowed("acme")

    assert (narrowed.id, narrowed.groups) == ("ann", {"leads"})
    assert (narrowed.rights, narrowed.accounts) == ({Right.AGENT}, {"acme"})
    assert Person("bo", "Bo", accounts=frozenset({"other"})).narrowed("acme").accounts == frozenset()
