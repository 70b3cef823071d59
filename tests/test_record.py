"""What people and policies do is on record and sealed by real processes; an erased requester leaves no text behind."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import countersign
from tests.house import House, until


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    opened = House(tmp_path, database_url)
    yield opened.start()
    opened.stop()


def test_a_drafted_and_reviewed_ticket_is_on_record_and_goes_with_its_requester(house: House) -> None:
    _, run = house.reviewed()
    browser = house.signed_in("ann")
    browser.post(f"/review/{run}/hold", data={})
    browser.post("/sign-out")
    acts = ["policy publish", "decide", "sign-in", "hold", "sign-out"]
    sealed = "select e.act, e.who from audit_entry e join audit_leaf l on l.entry_id = e.id order by e.id"
    until(lambda: len(house.rows(sealed)) == len(acts), "five acts are sealed")
    assert [row["act"] for row in house.rows(sealed)] == acts

    requester = house.rows("select requester from run where id = %s", run)[0]["requester"]
    erased = countersign("erase", "--account", "acme", "--requester", requester, "--yes", settings=house.environment)

    assert erased.code == 0
    assert house.rows("select kind from content where body is not null") == []
    told = json.loads(countersign("audit", "verify", "--json", settings=house.environment).out)
    assert told["findings"] == []
