"""The table of the bench says of every goal whether it was reached."""

from bench.acknowledgement import percentile
from bench.table import goal


def test_a_goal_is_reached_at_its_limit_and_not_beyond() -> None:
    assert goal(5.0, 5, "ms") == "5 ms: met"
    assert goal(5.1, 5, "ms") == "5 ms: 0.1 ms more, 1.0 times"
    assert goal(2.5, 2, "") == "2: 0.5 more, 1.2 times"


def test_a_percentile_lies_between_the_values_around_it() -> None:
    waits = [float(value) for value in range(101)]

    assert percentile(waits, 50) == 50
    assert percentile(waits, 99) == 99
