"""What providers say was used, in the shapes of their exports."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.ledger.invoices import Billed, InvoiceUnreadable, Shape, key_of, read

FIRST, SECOND = date(2026, 10, 5), date(2026, 10, 6)
EPOCH = 1791158400  # the first day, as seconds
GENERIC = Shape("generic", day=["When"], model=["What"], input=["In"], usd={"Sum": Decimal(1)}, currency=["Cur"])


def write(folder: Path, told: Any) -> Path:
    path = folder / "export"
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return path


def openai(results: Any, **more: Any) -> Any:
    bucket = {"object": "bucket", "start_time": EPOCH, "end_time": EPOCH + 86400, "results": results}
    return {"object": "page", "data": [bucket], "has_more": False, "next_page": None, **more}


def test_usage_of_openai_has_cached_tokens_in_its_input(tmp_path: Path) -> None:
    row = {"input_tokens": 1000, "output_tokens": 500, "input_cached_tokens": 800, "model": "gpt-5-mini-2026-01-02"}

    shape, invoice = read(write(tmp_path, openai([row, row])))

    assert shape.name == "openai"
    assert invoice == {(FIRST, "gpt-5-mini"): Billed("gpt-5-mini-2026-01-02", 2000, 1000, None)}


def test_costs_of_openai_are_added_up_over_the_line_items_of_a_model(tmp_path: Path) -> None:
    rows = [
        {"amount": {"value": 0.06, "currency": "usd"}, "line_item": "gpt-5-mini-2026-01-02, input"},
        {"amount": {"value": 0.04, "currency": "usd"}, "line_item": "gpt-5-mini-2026-01-02, output"},
    ]

    _, invoice = read(write(tmp_path, openai(rows)))

    assert invoice[(FIRST, "gpt-5-mini")].usd == Decimal("0.10")
    assert invoice[(FIRST, "gpt-5-mini")].input is None  # not told, which is not zero


def test_a_table_of_openai_has_days_without_anything(tmp_path: Path) -> None:
    text = f"start_time,end_time,amount_value,amount_currency,line_item\n{EPOCH},,1.5000,usd,\n{EPOCH + 86400},,,,\n"

    _, invoice = read(write(tmp_path, text))

    assert invoice == {(FIRST, ""): Billed("", None, None, Decimal("1.5"))}


def test_usage_of_anthropic_is_input_of_four_kinds(tmp_path: Path) -> None:
    row = {
        "uncached_input_tokens": 100,
        "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
        "cache_read_input_tokens": 300,
        "output_tokens": 50,
        "model": "claude-haiku-4-5-20251001",
    }
    bucket = {"starting_at": "2026-10-05T00:00:00Z", "ending_at": "2026-10-06T00:00:00Z", "results": [row]}

    shape, invoice = read(write(tmp_path, {"data": [bucket], "has_more": False}))

    assert shape.name == "anthropic"
    assert invoice == {(FIRST, "claude-haiku-4-5"): Billed("claude-haiku-4-5-20251001", 430, 50, None)}


def test_costs_of_anthropic_are_cents(tmp_path: Path) -> None:
    row = {"amount": "123.45", "currency": "USD", "model": "claude-haiku-4-5-20251001", "cost_type": "tokens"}
    bucket = {"starting_at": "2026-10-05T00:00:00Z", "results": [row]}

    _, invoice = read(write(tmp_path, {"data": [bucket]}))

    assert invoice[(FIRST, "claude-haiku-4-5")].usd == Decimal("1.2345")


def test_tables_of_the_consoles_are_read_too(tmp_path: Path) -> None:
    usage = (
        "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
        "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens\n"
        "2026-10-05,claude-haiku-4-5-20251001,100,10,20,300,50\n"
    )
    cost = "usage_date_utc,model,token_type,cost_usd\n2026-10-05,Claude Haiku 4.5,input,0.80\n"

    _, by_usage = read(write(tmp_path, usage))
    _, by_cost = read(write(tmp_path, cost))

    assert (by_usage[(FIRST, "claude-haiku-4-5")].input, by_usage[(FIRST, "claude-haiku-4-5")].output) == (430, 50)
    assert by_cost[(FIRST, "claude-haiku-4-5")].usd == Decimal("0.80")


def test_pages_in_a_list_are_one_file_and_a_first_page_alone_is_refused(tmp_path: Path) -> None:
    row = {"input_tokens": 1, "output_tokens": 1, "model": "m"}
    page = openai([row])

    _, invoice = read(write(tmp_path, [page | {"has_more": True}, page]))

    assert invoice[(FIRST, "m")].input == 2
    with pytest.raises(InvoiceUnreadable, match="Fetch all pages"):
        read(write(tmp_path, openai([row], has_more=True)))


def test_any_table_is_read_by_a_mapping(tmp_path: Path) -> None:
    text = '\ufeffWhen,What,In,Sum,Cur\n2026-10-05,acme/m,"1,234",$2.50,USD\n2026-10-06T08:00:00+02:00,m,6,1,\n'

    _, invoice = read(write(tmp_path, text), GENERIC)

    assert invoice[(FIRST, "m")] == Billed("acme/m", 1234, None, Decimal("2.50"))
    assert invoice[(SECOND, "m")].input == 6


def test_another_currency_is_refused_with_what_to_do(tmp_path: Path) -> None:
    text = "When,What,In,Sum,Cur\n2026-10-05,m,1,2.50,EUR\n"

    with pytest.raises(InvoiceUnreadable, match=r"EUR.*nothing is converted.*--map usd="):
        read(write(tmp_path, text), GENERIC)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-10-05,m,-5,1,", "row 1: In is no number of tokens: -5"),
        ("2026-10-05,m,1.5,1,", "no number of tokens"),
        ("2026-10-05,m,many,1,", "In is no number: 'many'"),
        ("2026-10-05,m,1e30,1,", "cannot be right"),
        ("2026-10-05,m,1,NaN,", "cannot be right"),
        ("2026-10-05,m,1,Infinity,", "cannot be right"),
        ("yesterday,m,1,1,", "no day is told"),
        (",,,,", "no row with usage or cost"),
    ],
)
def test_what_is_no_usage_is_refused_with_its_row(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(InvoiceUnreadable, match=said):
        read(write(tmp_path, f"When,What,In,Sum,Cur\n{row}\n"), GENERIC)


@pytest.mark.parametrize("told", ["", "{", "[1, 2]", "a,b\n1,2\n", "\x00", [{"a": 1}], {"data": []}, "[" * 100_000])
def test_a_file_of_nothing_that_is_known_is_refused_in_our_words(tmp_path: Path, told: Any) -> None:
    with pytest.raises(InvoiceUnreadable):
        read(write(tmp_path, told))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvoiceUnreadable, match="missing"):
        read(tmp_path / "missing.csv")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("openai/gpt-5-mini", "gpt-5-mini-2025-08-07"),
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001"),
        ("claude-haiku-4-5-20251001", "Claude Haiku 4.5"),
        ("gpt-4.1", "GPT-4.1"),
    ],
)
def test_a_model_is_the_same_with_its_date_and_its_provider(ours: str, theirs: str) -> None:
    assert key_of(ours) == key_of(theirs)
