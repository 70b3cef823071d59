"""A name finds the one that is called so, and nobody else."""

from typing import Any

import pytest

from connectors.errors import Rejected, Unavailable
from connectors.names import Names

AGENTS = [
    {"id": 5, "name": "Ann Agent", "email": "ann@acme.example"},
    {"id": "6", "name": "Bo Agent", "email": None},
    {"id": 7, "name": "bo agent"},
    {"id": None, "name": "Nobody"},
]


class Listed:
    """A list that counts how often it is read, and that may fail."""

    def __init__(self, *failures: Exception) -> None:
        self.reads = 0
        self._failures = list(failures)

    async def __call__(self) -> list[dict[str, Any]]:
        self.reads += 1
        if self._failures:
            raise self._failures.pop()
        return AGENTS


def agents(read: Listed) -> Names:
    return Names("agent", ("name", "email"), read, "the agent's id")


@pytest.mark.parametrize("name", ["Ann Agent", " ann agent ", "ANN@acme.example"])
async def test_one_is_found_by_any_of_its_names_in_any_case(name: str) -> None:
    assert await agents(Listed()).id_of(name) == "5"


async def test_number_is_taken_as_the_id_without_reading_the_list() -> None:
    read = Listed()

    assert await agents(read).id_of("4711") == "4711"
    assert read.reads == 0


@pytest.mark.parametrize(
    ("name", "told"), [("Cleo", "no agent 'Cleo'; use the agent's id"), ("Bo Agent", "more than one"), ("", "no agent")]
)
async def test_name_that_finds_none_or_several_is_refused(name: str, told: str) -> None:
    with pytest.raises(Rejected, match=told):
        await agents(Listed()).id_of(name)


async def test_row_is_told_by_its_id() -> None:
    found = agents(Listed())

    assert (await found.row("6"))["name"] == "Bo Agent"
    assert await found.row("99") == {}
    assert await found.row(None) == {}


async def test_list_is_read_once_for_a_while() -> None:
    read = Listed()
    found = agents(read)

    await found.id_of("Ann Agent")
    await found.row("6")

    assert read.reads == 1


async def test_list_that_failed_is_read_again() -> None:
    found = agents(Listed(Unavailable("down")))
    with pytest.raises(Unavailable):
        await found.id_of("Ann Agent")

    assert await found.id_of("Ann Agent") == "5"
