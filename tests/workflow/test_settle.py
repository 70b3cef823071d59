"""What becomes of a write whose end nobody heard: found, made again, or left to a person, and never made twice."""

from datetime import timedelta

from connectors.contract import Capability
from connectors.errors import Unavailable
from tests.fakes import EVERYTHING
from tests.workflow.floor import Floor

PLAIN = EVERYTHING - {Capability.CONDITIONAL_WRITE}


async def later(floor: Floor, seconds: float) -> None:
    """As if the last try had been so long ago."""
    await floor.database.run(
        "update write_back set tried_at = tried_at - make_interval(secs => %(seconds)s)", {"seconds": seconds}
    )


async def test_a_desk_that_stores_late_is_waited_for_and_not_written_to_again(floor: Floor) -> None:
    floor.desk.capabilities = PLAIN
    event = await floor.question()
    floor.desk.slow_writes = 1
    await floor.walk(event)

    assert await floor.walk(event) is not None
    floor.desk.catch_up()
    assert await floor.walk(event) is None

    assert len(floor.desk.ours("7")) == 1
    assert floor.desk.calls.count("write") == 1
    assert await floor.writes(event) == {"note": "written"}


async def test_a_desk_that_does_not_show_a_silent_write_in_time_leaves_it_to_a_person(floor: Floor) -> None:
    floor.desk.capabilities = PLAIN
    event = await floor.question()
    floor.desk.slow_writes = 1
    await floor.walk(event)
    await later(floor, 61)

    assert await floor.walk(event) is None

    run = await floor.run(event)
    assert (run["state"], await floor.writes(event)) == ("uncertain", {"note": "uncertain"})
    assert "did not say whether" in run["reason"]
    assert (await floor.only("select state from draft"))["state"] == "uncertain"
    floor.desk.catch_up()
    assert len(floor.desk.ours("7")) == 1


async def test_a_desk_that_refuses_stale_writes_is_written_to_at_once_and_the_late_one_is_refused(
    floor: Floor,
) -> None:
    event = await floor.question()
    floor.desk.slow_writes = 1
    await floor.walk(event)

    assert await floor.walk(event) is None
    floor.desk.catch_up()

    assert len(floor.desk.ours("7")) == 1
    assert (await floor.only("select tries from write_back"))["tries"] == 2


async def test_a_conflict_with_our_own_late_write_is_no_reason_to_write_again(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.slow_writes = 1
    await floor.walk(event)
    floor.desk.before_write = floor.desk.catch_up

    assert await floor.walk(event) is None

    assert len(floor.desk.ours("7")) == 1
    assert await floor.writes(event) == {"note": "written"}


async def test_a_search_that_lags_is_waited_for_after_the_last_try_and_not_after_the_first(floor: Floor) -> None:
    floor.desk.search_lag = timedelta(seconds=5)
    floor.desk.capabilities = PLAIN
    event = await floor.question()
    floor.desk.refusals = [Unavailable("gone for a moment")]
    await floor.walk(event)
    await later(floor, 6)
    floor.desk.lost_answers = 1
    await floor.walk(event)

    delay = await floor.walk(event)

    assert delay is not None
    assert 3 < delay <= 5
    assert floor.desk.calls.count("write") == 2
    assert len(floor.desk.ours("7")) == 1


async def test_what_a_process_was_writing_when_it_died_gets_as_long_as_an_answer_would(floor: Floor) -> None:
    floor.desk.capabilities = PLAIN
    event = await floor.question()
    floor.desk.slow_writes = 1
    await floor.walk(event)
    await floor.database.run("update write_back set last_try = 'begun'")  # nobody was left to say otherwise

    assert await floor.walk(event) is None, "it waits without the lock of its ticket"
    assert (await floor.only("select retry_at from event"))["retry_at"] is not None
    assert floor.desk.calls.count("write") == 1
    await later(floor, 11)
    await floor.walk(event)

    assert len(floor.desk.ours("7")) == 1
    assert floor.desk.calls.count("write") == 2


async def test_a_server_that_failed_has_stored_what_it_will_ever_store(floor: Floor) -> None:
    floor.desk.capabilities = PLAIN
    event = await floor.question()
    floor.desk.refusals = [Unavailable("it broke", status=500, may_be_stored=True)]

    assert await floor.walk(event) is not None
    assert await floor.walk(event) is None

    assert len(floor.desk.ours("7")) == 1
