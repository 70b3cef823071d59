"""Tickets that were there before: left alone by themselves, and drafted when an admin asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import countersign
from tests.house import House, until


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A running worker, and a desk whose tickets nobody has told us of, because no web process takes deliveries."""
    built = House(tmp_path, database_url)
    try:
        built.start_desk()
        built.start_worker()
        yield built
    finally:
        built.stop()


def test_each_named_ticket_gets_a_draft(house: House) -> None:
    tickets = [house.open_ticket("When does my parcel arrive within the country?") for _ in range(2)]

    told = countersign("account", "read", "acme", *tickets, f"#{tickets[0]}", settings=house._environment)

    assert told.code == 0, told.err
    assert [line.partition(":")[0] for line in told.out.splitlines()] == [f"Ticket {ticket}" for ticket in tickets]
    for ticket in tickets:
        until(lambda ticket=ticket: house.written(ticket), f"a draft in {ticket}: {house.log('worker')[-2000:]}", 60)  # type: ignore[misc]
    number = told.out.splitlines()[0].split()[-1]
    shown = countersign("runs", "show", number, settings=house._environment)
    assert shown.code == 0, shown.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nobody", "1"), "The accounts are: acme"),
        (("acme", "x" * 300), "Write the ids"),
        (("acme", " "), "Write the ids"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_kept(house: House, arguments: tuple[str, ...], told: str) -> None:
    refused = countersign("account", "read", *arguments, settings=house._environment)

    assert refused.code != 0
    assert told in " ".join(refused.err.split())
    assert house.rows("select 1 from event") == []
