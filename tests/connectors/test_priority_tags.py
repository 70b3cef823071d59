"""A tag stands for a priority, and nothing else about a ticket's tags changes with it."""

from typing import Any

import pytest

from connectors.contract import Priority
from connectors.errors import Misconfigured
from connectors.priority_tags import PriorityTags


@pytest.mark.parametrize(
    ("tags", "priority"),
    [
        ([], Priority.NORMAL),
        (["vip", "Priority-High"], Priority.HIGH),
        (["priority-low", "priority-urgent"], Priority.URGENT),
    ],
)
def test_most_urgent_of_several_tags_counts(tags: list[str], priority: Priority) -> None:
    assert PriorityTags().read(tags) is priority


@pytest.mark.parametrize(
    ("priority", "written"),
    [
        (Priority.URGENT, ["vip", "priority-urgent"]),
        (Priority.NORMAL, ["vip"]),
        (Priority.HIGH, ["vip", "Priority-High"]),
        (None, ["vip", "Priority-High"]),
    ],
)
def test_tag_of_another_priority_gives_way(priority: Priority | None, written: list[str]) -> None:
    assert PriorityTags().written(["vip", "Priority-High"], priority) == written


def test_account_has_its_own_names() -> None:
    tags = PriorityTags({"urgent": " now! "})

    assert tags.written(["now!"], Priority.LOW) == ["priority-low"]
    assert tags.read(["NOW!"]) is Priority.URGENT


@pytest.mark.parametrize("option", ["urgent", ["urgent"], {"normal": "x"}, {"urgent": " "}, {"urgent": 7}])
def test_option_that_names_no_tags_is_refused(option: Any) -> None:
    with pytest.raises(Misconfigured, match="priority_tags"):
        PriorityTags(option)
