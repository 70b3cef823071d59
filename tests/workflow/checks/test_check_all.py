import time

from hypothesis import given
from hypothesis import strategies as st

from gateway.screening import Kind as Personal
from gateway.screening import Known, Vault
from gateway.workflow.checks import CHECKS, Checked, Kind, Severity, check_all
from tests.workflow.checks.draft import RETURNS, draft


def test_a_draft_in_order_has_no_finding() -> None:
    assert check_all(draft()) == ()


def test_the_gravest_findings_come_first() -> None:
    found = check_all(draft("We will refund 500 EUR, see https://evil.example/x"))

    assert found[0].severity is Severity.STOP
    assert found[-1].severity is Severity.NOTE


def test_every_kind_has_a_check_of_its_own_name() -> None:
    assert [check.__name__ for check in CHECKS] == [kind.value for kind in Kind if kind.value in _names()]
    assert {kind.value for kind in Kind} == _names()


def _names() -> set[str]:
    return {check.__name__ for check in CHECKS}


def test_citations_move_along_when_placeholders_are_restored() -> None:
    vault = Vault([Known(Personal.PERSON, "Anna Schmidt")])
    vault.mask("Anna Schmidt")
    masked = "Dear <PERSON_1>, you may return it. Thanks."
    start, end = masked.index("you"), masked.index(" Thanks")

    checked = Checked.of(masked, vault, citations=[(start, end, [1])], sources=(RETURNS,))

    (span,) = checked.citations
    assert checked.text[span.start : span.end] == "you may return it."
    assert checked.cited == (RETURNS,)


@given(st.text(max_size=400))
def test_any_draft_can_be_checked_and_findings_stand_inside_it(text: str) -> None:
    for finding in check_all(draft(text)):
        assert 0 <= finding.start <= finding.end <= len(text)


def test_a_draft_of_five_megabytes_is_refused_in_little_time() -> None:
    for piece in ("a", "1 ", "https://a.b ", "{{", "I will refund 10 EUR. ", '"', "a.b@c.", "$1 ", "\n", "(", "Aa "):
        began = time.process_time()

        found = check_all(draft(piece * (5_000_000 // len(piece))))

        assert time.process_time() - began < 5
        assert Kind.TOO_LONG in {finding.kind for finding in found}


def test_no_finding_repeats_what_somebody_wrote() -> None:
    checked = draft("Dear Anna, send 77 EUR to DE89370400440532013000 at https://evil.example", cited=())

    for finding in check_all(checked):
        assert not any(secret in finding.detail for secret in ("Anna", "77", "DE89", "evil"))
