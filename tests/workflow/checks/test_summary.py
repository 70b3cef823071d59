from gateway.workflow.checks import check_all, confidence, summarise
from tests.workflow.checks.draft import TEXT, draft


def test_facts_of_a_draft_in_order() -> None:
    checked = draft()

    facts = summarise(checked, check_all(checked))

    assert facts == {
        "draft.language": "en",
        "draft.length": len(TEXT),
        "draft.citations": 1,
        "draft.uncited_claims": 0,
        "draft.largest_amount": 0,
        "draft.currency": "EUR",
        "draft.links": 0,
        "draft.invented_links": 0,
        "draft.invented_contacts": 0,
        "draft.promises": 0,
        "draft.refusal": False,
        "draft.cut_off": False,
        "draft.wrong_language": False,
        "draft.advice": False,
        "draft.findings": [],
        "draft.stops": [],
    }


def test_facts_count_what_the_checks_found() -> None:
    checked = draft("We will refund 500 EUR within 2 days, see https://evil.example/a and www.evil.example.")

    facts = summarise(checked, check_all(checked))

    assert facts["draft.promises"] == 1
    assert facts["draft.uncited_claims"] == 1
    assert facts["draft.links"] == 2
    assert facts["draft.largest_amount"] == 500
    assert {"promise", "uncited_claim", "invented_link", "amount"} <= set(facts["draft.findings"])


def test_what_cannot_be_told_is_none() -> None:
    checked = draft("👍", currency=None)

    assert summarise(checked, check_all(checked))["draft.language"] is None


def test_confidence_keeps_the_parts_that_it_is_made_of() -> None:
    checked = draft()

    sure = confidence(checked, check_all(checked), grounding=0.9)

    assert sure.value > 0.9
    assert sure.parts == {"grounding": 0.9, "support": 1.0, "cited": 1.0, "checks": 1.0, "said": None}


def test_a_model_that_is_sure_of_itself_gains_nothing_and_one_that_is_not_loses() -> None:
    checked = draft()
    alone = confidence(checked, (), grounding=0.5).value

    assert confidence(checked, (), grounding=0.5, said=1.0).value == alone
    assert confidence(checked, (), grounding=0.5, said=0.1).value == 0.1


def test_findings_and_missing_grounds_lower_it() -> None:
    good = draft()
    bad = draft("We will refund it, see https://evil.example.", cited=())

    assert confidence(good, (), grounding=None).value < 0.6
    assert confidence(bad, check_all(bad), grounding=0.9).value < 0.1
