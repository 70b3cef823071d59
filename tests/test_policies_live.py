"""A policy file is edited while everything runs: the next ticket is decided by it, or nothing changes and says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import REVIEW, House, until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url)
    built._environment["COUNTERSIGN_TAKEOVER_AFTER"] = "15"  # nobody dies here, and a busy machine is slow
    try:
        built.start()
        built._environment["COUNTERSIGN_WATCH_POLICIES"] = "false"  # as in a fleet: it follows what is published
        built.start_worker("second")
        yield built
    finally:
        built.stop()


def edit(house: House, text: str) -> None:
    (house.folder / "policies" / "approval" / "everything.yaml").write_text(text)


def says(house: House) -> str:
    (line,) = [line for line in house.web.get("/readyz?verbose").text.splitlines() if line.startswith("[i] policies")]
    return line


def ways_of(house: House, tickets: int = 6) -> set[str]:
    """The reasons by which new tickets are reviewed: enough of them that both workers have one."""
    opened = [house.open_ticket("How can I return an item?") for _ in range(tickets)]
    return {house.settled(ticket)[0]["reason"] for ticket in opened}


def policies_taken(house: House, version: str) -> bool:
    return all(f'"now": "{version}"' in house.log(worker) for worker in ("worker", "second"))


def in_force(house: House) -> str:
    (row,) = house.rows("select version from policy_publication order by id desc limit 1")
    return str(row["version"])


def test_an_edit_decides_the_next_ticket_and_both_workers_follow(house: House) -> None:
    assert ways_of(house, 2) == {"A person looks at every draft."}
    before = in_force(house)

    edit(house, REVIEW.replace("A person looks at every draft.", "Two people look."))
    until(lambda: in_force(house) != before, "the edit is published", 10)
    until(lambda: policies_taken(house, in_force(house)[:12]), "both workers have it", 10)

    assert ways_of(house) == {"Two people look."}
    (run,) = house.rows("select policy_version from run where verdict is not null order by id desc limit 1")
    assert run["policy_version"] == in_force(house)


def test_a_broken_edit_changes_nothing_and_readyz_says_where(house: House) -> None:
    before = in_force(house)

    edit(house, REVIEW.replace("always", "ticket.langauge == 'de'"))
    until(lambda: "refused" in says(house), "readyz says it", 3)

    assert says(house).endswith("an edit of the files is refused, see approval/everything.yaml:8:11")
    assert house.web.get("/readyz").status_code == 200
    assert "the last good set stays" in house.log("worker")
    assert in_force(house) == before
    assert ways_of(house, 2) == {"Two people look."}

    edit(house, REVIEW)
    until(lambda: "refused" not in says(house), "readyz is content again", 3)
