"""What we write comes back as a webhook; that event costs no call to the help desk, and a stranger's does."""

from datetime import UTC, datetime

from connectors.contract import Action, Change, Ticket, WriteReceipt
from gateway.store.intake import Arrival, accept
from tests.workflow.floor import Floor


async def told_of(floor: Floor, message_id: str, author: str) -> int:
    """A webhook said that somebody wrote an internal message; returns the event."""
    arrival = Arrival(
        f"of-{message_id}", "message_added", "7", author, "internal", message_id, datetime.now(UTC), supersedes=False
    )
    assert await accept(floor.database, "acme", [arrival], b"{}", datetime.now(UTC)) == 1
    return int((await floor.only("select max(id) as id from event"))["id"])


async def test_our_own_note_ends_at_the_door_by_the_id_on_its_receipt(floor: Floor) -> None:
    first = await floor.question()
    await floor.walk(first)
    entry = (await floor.only("select entry_id from write_back"))["entry_id"]

    own = await told_of(floor, entry, "integration")

    assert await ended(floor, own) == ("done", 0, "nothing", "this is what we wrote ourselves")


async def test_our_own_note_ends_with_the_run_where_its_webhook_was_faster_than_the_receipt(floor: Floor) -> None:
    """A help desk may tell of an entry before its answer to the write has come."""
    told: list[int] = []

    async def write_and_tell(ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        receipt = await write(ticket, action, change)
        told.append(await told_of(floor, str(receipt.entry_id), "integration"))
        return receipt

    write, floor.desk.write = floor.desk.write, write_and_tell  # type: ignore[method-assign]
    first = await floor.question()
    await floor.walk(first)

    assert await ended(floor, told[0]) == ("done", 0, "nothing", "this is what we wrote ourselves")


async def ended(floor: Floor, event: int) -> tuple[str, int, str, str]:
    """State of an event, jobs that still wait for it, and how its run ended."""
    row = await floor.only(f"""select e.state, r.state as run, r.reason, (select count(*) from procrastinate_jobs j
      where j.status = 'todo' and (j.args->>'event_id')::bigint = e.id) as jobs
      from event e join run r on r.id = e.id where e.id = {event}""")
    return row["state"], row["jobs"], row["run"], row["reason"]


async def test_a_message_that_only_claims_to_be_ours_is_read(floor: Floor) -> None:
    first = await floor.question()
    await floor.walk(first)
    other = await told_of(floor, "not-on-any-receipt", "integration")

    await floor.walk(other)

    assert "has a draft for this message" in (await floor.run(other))["reason"]
