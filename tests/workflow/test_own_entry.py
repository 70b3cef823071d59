"""What we write comes back as a webhook; that event costs no call to the help desk, and a stranger's does."""

from datetime import UTC, datetime

from gateway.store.intake import Arrival, accept
from tests.workflow.floor import Floor


async def told_of(floor: Floor, message_id: str, author: str) -> int:
    """A webhook said that somebody wrote an internal message; returns the event."""
    arrival = Arrival(
        f"of-{message_id}", "message_added", "7", author, "internal", message_id, datetime.now(UTC), supersedes=False
    )
    assert await accept(floor.database, "acme", [arrival], b"{}", datetime.now(UTC)) == 1
    return int((await floor.only("select max(id) as id from event"))["id"])


async def test_our_own_note_ends_at_once_by_the_id_on_its_receipt(floor: Floor) -> None:
    first = await floor.question()
    await floor.walk(first)
    entry = (await floor.only("select entry_id from write_back"))["entry_id"]
    own = await told_of(floor, entry, "integration")
    floor.desk.tickets.clear()  # whoever reads the ticket now finds none

    await floor.walk(own)

    run = await floor.run(own)
    assert (run["state"], run["reason"]) == ("nothing", "this is what we wrote ourselves")


async def test_a_message_that_only_claims_to_be_ours_is_read(floor: Floor) -> None:
    first = await floor.question()
    await floor.walk(first)
    other = await told_of(floor, "not-on-any-receipt", "integration")

    await floor.walk(other)

    assert "has a draft for this message" in (await floor.run(other))["reason"]
