"""A ticket and its thread, page by page, in whatever form a help desk has them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from connectors import http
from connectors.contract import Role, Visibility
from connectors.errors import Rejected, Unavailable
from tests.connectors.described.describing import GONE, connect
from tests.connectors.described.inhouse.desk import CUSTOMER, ME, PEOPLE

OPENED = "2026-07-01 09:30:00"
CASE = {
    "number": 7,
    "title": "Parcel late",
    "state": "NEW",
    "urgency": 2,
    "opened": OPENED,
    "changed": OPENED,
    "labels": ["shipping"],
    "customer": PEOPLE[CUSTOMER],
    "group": None,
    "owner": None,
}


def entry(number: int, **parts: Any) -> dict[str, Any]:
    told = {
        "no": number,
        "kind": "mail_in",
        "user": PEOPLE[CUSTOMER],
        "text": f"Text {number}",
        "at": OPENED,
        "files": [],
    }
    return {**told, **parts}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[respx.MockRouter]:
    monkeypatch.setattr(http, "QUICK_RETRY", 0.0)
    with respx.mock(base_url="https://cases.acme.example/rest/v2", assert_all_called=False) as router:
        router.get("/whoami").respond(json={"no": ME, "rights": []})
        router.get("/cases/7").respond(json={"case": CASE})
        yield router


def pages(router: respx.MockRouter, answer: Callable[[httpx.Request], Any]) -> respx.Route:
    return router.get("/cases/7/entries").mock(side_effect=lambda request: httpx.Response(200, json=answer(request)))


async def test_times_without_a_zone_are_those_of_the_description(tmp_path: Path, desk: respx.MockRouter) -> None:
    pages(desk, lambda _: [entry(1)])

    ticket = await connect(tmp_path).fetch("7")

    assert ticket.created_at.isoformat() == ticket.messages[0].created_at.isoformat() == "2026-07-01T07:30:00+00:00"


async def test_a_time_without_any_zone_is_not_guessed(tmp_path: Path, desk: respx.MockRouter) -> None:
    pages(desk, lambda _: [entry(1)])

    with pytest.raises(Unavailable, match="set `timezone`"):
        await connect(tmp_path, timezone=GONE).fetch("7")


async def test_a_thread_may_be_in_the_tickets_own_answer(tmp_path: Path, desk: respx.MockRouter) -> None:
    desk.get("/cases/7").respond(json={"case": {**CASE, "entries": [entry(2, at="2026-07-02 08:00:00"), entry(1)]}})
    connector = connect(
        tmp_path, messages__request=GONE, messages__query=GONE, messages__next=GONE, messages__each="case.entries"
    )

    assert [message.id for message in (await connector.fetch("7")).messages] == ["1", "2"]


async def test_a_cursor_is_followed_to_the_end_and_never_in_a_circle(tmp_path: Path, desk: respx.MockRouter) -> None:
    connector = connect(
        tmp_path, messages__each="rows", messages__next={"cursor": "next"}, messages__query={"from": "${page.cursor}"}
    )
    route = pages(desk, lambda request: two_pages(request.url.params.get("from")))

    assert [message.id for message in (await connector.fetch("7")).messages] == ["1", "2"]
    assert [call.request.url.query for call in route.calls] == [b"", b"from=b"]

    numbers = iter(range(1, 100))
    pages(desk, lambda _: {"rows": [entry(next(numbers))], "next": "b"})
    with pytest.raises(Unavailable, match="circle"):
        await connector.fetch("7")


def two_pages(cursor: str | None) -> dict[str, Any]:
    return {"rows": [entry(2)], "next": None} if cursor == "b" else {"rows": [entry(1)], "next": "b"}


async def test_a_link_is_followed_on_the_same_server_alone(tmp_path: Path, desk: respx.MockRouter) -> None:
    connector = connect(tmp_path, messages__each="rows", messages__next={"link": "next"}, messages__query=GONE)
    link = "https://cases.acme.example/rest/v2/cases/7/entries?from=b"
    pages(
        desk,
        lambda request: {
            "rows": [entry(2 if request.url.query else 1)],
            "next": None if request.url.query else link,
        },
    )

    assert len((await connector.fetch("7")).messages) == 2

    pages(desk, lambda _: {"rows": [entry(1)], "next": "https://evil.example/more"})
    with pytest.raises(Rejected, match="leads away"):
        await connector.fetch("7")


async def test_an_offset_counts_what_was_read(tmp_path: Path, desk: respx.MockRouter) -> None:
    connector = connect(
        tmp_path, messages__each="rows", messages__next={"more": "more"}, messages__query={"skip": "${page.offset}"}
    )
    pages(
        desk,
        lambda request: {
            "rows": [entry(int(request.url.params["skip"]) + n) for n in (1, 2)],
            "more": int(request.url.params["skip"]) < 4,
        },
    )

    assert [message.id for message in (await connector.fetch("7")).messages] == ["1", "2", "3", "4", "5", "6"]


async def test_a_server_that_ignores_the_page_is_noticed(tmp_path: Path, desk: respx.MockRouter) -> None:
    route = pages(desk, lambda _: [entry(n) for n in range(40)])

    with pytest.raises(Unavailable, match="same entries"):
        await connect(tmp_path).fetch("7")
    assert route.call_count == 2


@pytest.mark.parametrize(
    ("case", "entries", "said"),
    [
        ({"number": 8}, [], "the ticket that was asked for"),
        ({"state": "ON FIRE"}, [], "words.status has no word for 'ON FIRE'"),
        ({"urgency": 9}, [], "words.priority"),
        ({"opened": "long ago"}, [], "created_at"),
        ({"customer": {}}, [], "requester.id"),
        ({}, [entry(1, kind="hint")], "words.visibility has no word for 'hint'"),
        ({}, [entry(1, kind=None)], "words.visibility"),
        ({}, [entry(1), entry(1)], "same message twice"),
        ({}, {"no": 1}, "the list at"),
        ({}, ["x"], "words.role"),
    ],
)
async def test_what_cannot_be_read_is_no_answer(
    tmp_path: Path, desk: respx.MockRouter, case: dict[str, Any], entries: Any, said: str
) -> None:
    desk.get("/cases/7").respond(json={"case": {**CASE, **case}})
    pages(desk, lambda _: entries)

    with pytest.raises(Unavailable, match=said.replace(".", r"\.")):
        await connect(tmp_path).fetch("7")


async def test_a_word_of_a_person_is_not_repeated_in_an_error(tmp_path: Path, desk: respx.MockRouter) -> None:
    desk.get("/cases/7").respond(json={"case": {**CASE, "state": "Marta <marta@example.net>"}})
    pages(desk, lambda _: [])

    with pytest.raises(Unavailable) as caught:
        await connect(tmp_path).fetch("7")

    assert "marta" not in str(caught.value).lower()


async def test_who_we_are_is_known_by_our_id_and_others_by_their_word(tmp_path: Path, desk: respx.MockRouter) -> None:
    staff = {"no": 12, "type": "staff", "fullname": "Emma"}
    people = [PEOPLE[CUSTOMER], PEOPLE[ME], staff, {"type": "robot"}, {"no": 8, "type": "copied"}]
    pages(desk, lambda _: [entry(n, user=user) for n, user in enumerate(people)])

    messages = (await connect(tmp_path).fetch("7")).messages

    assert [message.author.role for message in messages] == [
        Role.REQUESTER,
        Role.INTEGRATION,
        Role.AGENT,
        Role.SYSTEM,
        Role.PARTICIPANT,
    ]


async def test_without_versions_the_thread_makes_one(tmp_path: Path, desk: respx.MockRouter) -> None:
    connector = connect(tmp_path)
    pages(desk, lambda _: [entry(1)])
    first, again = (await connector.fetch("7")).version, (await connector.fetch("7")).version
    pages(desk, lambda _: [entry(1, text="Edited")])
    edited = (await connector.fetch("7")).version
    pages(desk, lambda _: [entry(1)])
    desk.get("/cases/7").respond(json={"case": {**CASE, "labels": ["vip"]}})

    assert first == again
    assert len({first, edited, (await connector.fetch("7")).version}) == 3


async def test_own_fields_and_null_words_are_read(tmp_path: Path, desk: respx.MockRouter) -> None:
    pages(desk, lambda _: [entry(1, kind=None)])
    connector = connect(
        tmp_path,
        ticket__read__fields={"plan": "case.customer.type", "nothing": "case.nothing"},
        words__visibility={"null": "internal", "*": "public"},
    )

    ticket = await connector.fetch("7")

    assert ticket.fields == {"plan": "customer"}
    assert ticket.messages[0].visibility is Visibility.INTERNAL
