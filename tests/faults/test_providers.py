"""A provider that is dead for ten minutes is left alone, what waits for it is not worn out, and the backlog drains."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import httpx
import pytest

from tests.api.door import body, signed
from tests.faults.figures import Figures
from tests.faults.postgres import Sender
from tests.faults.size import WHOLE, size
from tests.house import AGENTS_TOKEN, OWNER, SECRET, House, until

PER_SECOND = 20
DEAD = size(2, 600)  # seconds
WORKERS = size(1, 2)
MOST_FAILED = 20  # calls until nobody calls any more
IMPATIENT = """
version: 1
policy: impatient
title: Who cannot wait gets the passages
owner: {team: Tests, contact: tests@example.com}
rules:
  - rule: impatient
    when: '"impatient" in ticket.tags'
    then:
      model: {route: [default, passages]}
      because: Passages without a model, where the model does not answer.
"""
FAILED = """
select count(*) filter (where ended_at <= %s) as before, count(*) filter (where started_at > %s) as probes
from attempt where outcome in ('error', 'timeout')
"""
TOGETHER = """
select count(*) as pairs from attempt a join attempt b on a.id < b.id and b.started_at < a.ended_at
where a.started_at > %s and a.outcome = 'error' and b.outcome = 'error'
"""
OPEN = """select (select count(*) from event where state = 'waiting') as events,
                 (select count(*) from procrastinate_jobs where status in ('todo', 'doing')) as jobs,
                 (select count(*) from held) as held"""
NOTHING = [{"events": 0, "jobs": 0, "held": 0}]


@pytest.fixture(scope="module")
def stub() -> Iterator[httpx.Client]:
    """A model that takes 300 ms, and does what it is told."""
    command = [sys.executable, "-m", "gateway.demo.stub_model", "--port", "0", "--latency-ms", "300"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with httpx.Client(base_url=process.stdout.readline().split()[-1], timeout=10) as client:
            yield client
        process.terminate()


@pytest.fixture
def house(tmp_path: Path, database_url: str, stub: httpx.Client) -> Iterator[House]:
    """A desk whose own webhooks are given up: what comes is what the test sends."""
    base = f"{str(stub.base_url).rstrip('/')}/v1"
    model = {"model": "openai/stub-good", "api_base": base, "api_key": {"env": "STUB_KEY"}, "timeout": 5}
    routes = {"default": [model], "passages": [{"model": "offline/extractive"}]}
    built = House(
        tmp_path,
        database_url,
        models={name: {"owner": OWNER, "candidates": candidates} for name, candidates in routes.items()},
    )
    (tmp_path / "policies" / "models").mkdir()
    (tmp_path / "policies" / "models" / "impatient.yaml").write_text(IMPATIENT)
    built.webhook_pauses = (0.01,)
    built.environment["COUNTERSIGN_PROXIES"] = "127.0.0.0/8"
    try:
        built.start_desk()
        yield built
    finally:
        built.stop()


async def opened(house: House, many: int) -> list[str]:
    """So many tickets, whose webhooks nobody takes: the web process is not there yet."""
    question = {"subject": "A question", "body": "When does my parcel arrive?"}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{house.desk_port}", headers={"authorization": f"Bearer {AGENTS_TOKEN}"}, timeout=30
    ) as desk:
        found: list[str] = []
        for portion in range(0, many, 20):
            asked = [
                {**question, "requester": {"name": "Marta Kowalska", "email": f"m{portion + number}@example.com"}}
                for number in range(min(20, many - portion))
            ]
            answers = await asyncio.gather(*(desk.post("/api/tickets", json=ticket) for ticket in asked))
            found += [str(answer.raise_for_status().json()["id"]) for answer in answers]
        return found


def test_a_dead_provider_is_left_alone_and_the_backlog_drains(
    house: House, stub: httpx.Client, figures: Figures
) -> None:
    tickets = asyncio.run(opened(house, PER_SECOND * DEAD))
    impatient = house.open_ticket("When does my parcel arrive?", tags=["impatient"])
    house.start_web()
    for number in range(WORKERS):
        house.start_worker(f"worker {number}")
    stub.post("/_behave", json={"behaviour": "503"}).raise_for_status()

    sender = Sender(house, tickets, per_second=PER_SECOND)
    with sender.sending():
        opened_at = until(lambda: _opened(house), "the circuit opens", 120)
        deliver(house, impatient)
        until(lambda: house.written(impatient), "who cannot wait has passages", DEAD + 120)
        until(lambda: len(sender.answers) >= len(tickets), "all are sent", DEAD + 120)
    for answer in sender.answers:
        if answer.status != 202:  # a help desk would deliver it again
            deliver(house, tickets[int(answer.event_id.rpartition("-")[2]) % len(tickets)])
    until(lambda: house.rows("select 1 from held limit 1"), "the others wait")
    failed = house.rows(FAILED, opened_at, opened_at)[0]
    calls = stub.get("/_count").json()["models"]["stub-good"]["calls"]
    told = house.web.get("/readyz?verbose").text
    waited = house.rows("select count(distinct event_id) as n from held")[0]["n"]

    assert "openai/stub-good" in told
    assert "is left alone since" in told
    assert failed["before"] <= MOST_FAILED
    assert house.rows(TOGETHER, opened_at) == [{"pairs": 0}]

    stub.post("/_behave", json={"behaviour": "good"}).raise_for_status()
    [good] = house.rows("select clock_timestamp() as now")
    until(lambda: not _opened(house), "it is called as before", 90)
    [closed] = house.rows("select extract(epoch from clock_timestamp() - %s) as after", good["now"])
    until(lambda: house.rows(OPEN) == NOTHING, f"all are drained: {house.rows(OPEN)}", size(120, 3000))
    [drained] = house.rows("select extract(epoch from clock_timestamp() - %s) as after", good["now"])

    notes = house.rows("select ticket_id from write_back where purpose in ('draft', 'note') and state = 'written'")
    assert sorted(row["ticket_id"] for row in notes) == sorted([*tickets, impatient])
    assert all(len(house.written(ticket)) == 1 for ticket in [*tickets[:20], impatient])
    [backup] = house.rows(
        """select s.data->'skipped' as skipped, a.provider, a.fallback, a.number
           from step s join run r on r.id = s.run_id join attempt a on a.run_id = r.id
           where s.name = 'draft' and r.ticket_id = %s order by a.number desc limit 1""",
        impatient,
    )
    assert (backup["provider"], backup["fallback"]) == ("offline", 1)
    # Unless it was the one call that found out whether the provider answers.
    assert backup["skipped"] == ["openai/stub-good: circuit_open"] or backup["number"] > 1

    waits = quantiles([answer.seconds * 1000 for answer in sender.answers], n=100)
    refused = sum(answer.status != 202 for answer in sender.answers)
    late = sum(answer.seconds > 0.05 for answer in sender.answers)
    tries = house.rows("select max(tries) as most from event")[0]["most"]
    area = f"provider dead for {DEAD} s" + ("" if WHOLE else " (sample)")
    figures.tell(area, "failed calls until its circuit opens", f"at most {MOST_FAILED}", failed["before"])
    figures.tell(
        area, f"calls to it by {WORKERS} worker(s), {len(tickets)} tickets", "one at a time once it is open",
        f"{calls}, of them {failed['probes']} while open; {waited} events waited, at most {tries} tries of one",
    )  # fmt: skip
    figures.tell(
        area, "acknowledgements meanwhile", "p99 50 ms",
        f"p50 {waits[49]:.0f} ms, p99 {waits[98]:.0f} ms, {late} of {len(sender.answers)} slower than 50 ms, "
        f"{refused} answered otherwise and delivered again",
    )  # fmt: skip
    figures.tell(
        area, "called again, backlog drained", "one note a ticket",
        f"after {closed['after']:.0f} s, after {drained['after']:.0f} s; {len(notes)} notes for {len(notes)} tickets",
    )  # fmt: skip


def deliver(house: House, ticket: str) -> None:
    """Say that the requester wrote, until it is acknowledged."""
    content = body(ticket)
    headers = signed(content, message_id=f"again-{ticket}", secret=SECRET)
    until(lambda: house.web.post("/webhooks/acme", content=content, headers=headers).is_success, "it is acknowledged")


def _opened(house: House) -> object:
    rows = house.rows("select opened_at from provider where opened_at is not null")
    return rows[0]["opened_at"] if rows else None
