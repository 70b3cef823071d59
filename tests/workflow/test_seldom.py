"""What a stranger can cause is told often enough to be seen, and no more."""

from gateway.workflow.seldom import OFTEN, Seldom


def test_a_flood_is_told_once_a_second_with_how_many_were_not() -> None:
    now = 0.0
    refusals = Seldom(clock=lambda: now)

    assert [refusals.unsaid() for _ in range(OFTEN)] == [0] * OFTEN
    assert [refusals.unsaid() for _ in range(300)] == [None] * 300
    now = 1.0
    assert [refusals.unsaid(), refusals.unsaid()] == [300, None]
    now = 100.0
    assert refusals.unsaid() == 1
