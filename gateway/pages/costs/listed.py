"""The parts that are lists: the dearest tickets, and the calls that nobody knows the price of."""

from gateway.pages.costs.gathered import LISTED, Gathered
from gateway.pages.costs.part import TITLES, Part
from gateway.pages.costs.sheets import Column, Kind, Row, Sheet
from gateway.pages.telling import segment
from gateway.pages.words import word

UNDER_WAY = "under way"


def _ticket(row: Row) -> str:
    return f"/tickets/{segment(row[0])}/{segment(row[1])}"


async def dearest(gathered: Gathered) -> Part:
    costs = await gathered.costs()
    about = await gathered.about([one.run_id for one in costs.dearest])
    columns = (
        Column("account", "Account"),
        Column("ticket_id", "Ticket", link=_ticket),
        Column("run_id", "Newest run", link=lambda row: f"/runs/{row[2]}"),
        Column("queue", "Queue", nothing="none"),
        Column("topics", "About", nothing="none"),
        Column("became", "What came of it"),
        Column("calls", "Calls", Kind.COUNT),
        Column("known_usd", "Known", Kind.USD),
        Column("unpriced_calls", "Without a price", Kind.COUNT),
        Column("at_most_usd", "At most", Kind.USD),
    )
    rows = []
    for one in costs.dearest:
        run, spent = about.get(one.run_id, {}), one.spent
        rows.append(
            (
                *(one.account, one.ticket_id, one.run_id, one.queue or None),
                ", ".join(run.get("topics") or ()) or None,
                _became(run.get("outcome"), run.get("draft_state"), run.get("state")),
                spent.calls,
                None if spent.unpriced == spent.calls else spent.known,
                spent.unpriced,
                spent.at_most,
            )
        )
    lead = f"The {len(rows)} dearest of {costs.tickets:,}, all their calls of this time together."
    empty = "No ticket cost anything in this time."
    return Part(Sheet("dearest", TITLES["dearest"], columns, rows), lead, empty=empty)


async def unpriced(gathered: Gathered) -> Part:
    columns = (
        Column("account", "Account"),
        Column("ticket_id", "Ticket", link=_ticket),
        Column("run_id", "Run", link=lambda row: f"/runs/{row[2]}"),
        Column("started_at", "When", Kind.MOMENT),
        Column("model", "Model"),
        Column("purpose", "For"),
        Column("outcome", "How it ended", nothing=UNDER_WAY),
        Column("cost_usd", "Cost", Kind.USD),
        Column("at_most_usd", "At most", Kind.USD),
    )
    rows = [
        (
            *(one.account, one.ticket_id, one.run_id, one.started_at, one.model, one.purpose),
            word(one.outcome, "attempt").text if one.outcome else None,
            None,
            one.bound_usd,
        )
        for one in await gathered.unpriced()
    ]
    count = (await gathered.spent()).unpriced
    newest = f" The newest {LISTED} of {count:,}." if count > LISTED else ""
    lead = (
        "Nobody knows what they cost: a call that failed or is under way, or a model without a declared price. "
        f"Declare it in countersign.yaml, and have them counted anew by countersign ledger reprice.{newest}"
    )
    empty = "Every call of this time has a price."
    return Part(Sheet("unpriced", TITLES["unpriced"], columns, rows), lead, empty=empty)


def _became(outcome: str | None, draft: str | None, state: str | None) -> str | None:
    for value, table in ((outcome, "outcome"), (draft, "draft"), (state, "run")):
        if value is not None:
            return word(value, table).text
    return None
