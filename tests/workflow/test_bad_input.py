"""Mail made to hurt goes down the whole line: each ends in a draft for review or in a clear reason, in bounded time."""

import time
from dataclasses import replace

import pytest

from connectors.contract import BodyFormat, Message
from tests.workflow.floor import QUESTION, Floor

CPU_SECONDS = 10.0  # of this process, whatever else the machine does
MEGABYTES = 10_000_000
LARGE_HTML = (
    "<html><body>" + f"<p>{QUESTION}</p>" + "<div><b>a</b> <i>b</i></div>" * (MEGABYTES // 28) + "</body></html>"
)
QUOTES = "<blockquote>" * 500 + QUESTION + "</blockquote>" * 500
LOOK_ALIKES = "Wh\u0435n d\u043e\u0435s my p\u0430rc\u0435l \u0430rriv\u0435? 4\u200b5\u200b32 2766 4457 7020"
MAILS: dict[str, tuple[str, BodyFormat]] = {
    "10 MB of HTML": (LARGE_HTML, BodyFormat.HTML),
    "10 MB of text": (QUESTION + " a" * (MEGABYTES // 2), BodyFormat.TEXT),
    "10 MB in one word": ("x" * MEGABYTES, BodyFormat.TEXT),
    "10 MB of questions": ("what is it? " * (MEGABYTES // 12), BodyFormat.TEXT),
    "500 nested quotes": (QUOTES, BodyFormat.HTML),
    "500 levels of >": ("> " * 500 + QUESTION, BodyFormat.TEXT),
    "quotes alone": ("> " + QUESTION + "\n" * 3, BodyFormat.TEXT),
    "a broken encoding": (QUESTION.replace("e", "\udce9") + " Gr\u00c3\u00bc\u00c3\u0178e", BodyFormat.TEXT),
    "control characters": ("".join(map(chr, range(32))) + QUESTION, BodyFormat.TEXT),
    "nothing but zero-width characters": ("\u200b\u200c\u200d\u2060\ufeff" * 1_000, BodyFormat.TEXT),
    "look-alike letters": (LOOK_ALIKES, BodyFormat.TEXT),
    "text that runs backwards": ("\u202e" + QUESTION + "\u202c", BodyFormat.TEXT),
    "nothing": ("", BodyFormat.TEXT),
    "white space": (" \n\t\u00a0 " * 1_000, BodyFormat.TEXT),
    "an empty page": ("<html><head><style>p{color:red}</style></head><body></body></html>", BodyFormat.HTML),
    "a page of scripts": ("<script>alert(1)</script>" * 10_000, BodyFormat.HTML),
}


def body(floor: Floor, text: str, how: BodyFormat) -> None:
    """The newest message says this instead."""
    ticket = floor.desk.tickets["7"]
    *before, last = ticket.messages
    floor.desk.tickets["7"] = replace(ticket, messages=(*before, replace(last, body=text, format=how)))


async def ended(floor: Floor) -> tuple[str, str | None, str | None]:
    """How the run of the ticket ended, within the bounds."""
    event = await floor.arrive()
    began = time.process_time()
    await floor.walk(event)
    spent = time.process_time() - began
    run = await floor.run(event)
    assert spent < CPU_SECONDS
    assert run["state"] == "done", run["reason"]
    assert run["verdict"] in ("review", "withhold")
    assert run["reason"]
    return run["state"], run["verdict"], run["reason"]


@pytest.mark.parametrize(("text", "how"), MAILS.values(), ids=MAILS.keys())
async def test_a_bad_mail_ends_with_a_person(floor: Floor, text: str, how: BodyFormat) -> None:
    floor.desk.open("7", "A question")
    body(floor, text, how)

    await ended(floor)

    assert len(floor.desk.ours("7")) == 1


async def test_a_mail_bomb_ends_with_one_draft_for_the_newest_question(floor: Floor) -> None:
    floor.desk.open("7", "bomb")
    first = floor.desk.tickets["7"].messages[0]
    bomb: list[Message] = [replace(first, id=f"b{at}", body=f"bomb {at} " + "x" * 5_000) for at in range(3_000)]
    newest = replace(first, id="newest", body=QUESTION)
    floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], messages=(*bomb, newest))

    await ended(floor)

    row = await floor.only(
        "select s.data, c.body from step s join content c on c.id = s.content_id where name = 'screen'"
    )
    ((_, note),) = floor.desk.ours("7")
    assert row["data"]["left_out"] > 2_000
    assert "messages of the thread were not shown to the model" in note
    assert row["body"]["question"].endswith(QUESTION)


async def test_a_thread_of_thousands_of_answers_is_bounded_too(floor: Floor) -> None:
    floor.desk.open("7", "long")
    first = floor.desk.tickets["7"].messages[0]
    agent = replace(first.author, id="a", role=type(first.author.role)("agent"))
    thread = [
        replace(
            first,
            id=f"t{at}",
            body="<p>" + "y " * 5_000,
            format=BodyFormat.HTML,
            author=agent if at % 2 else first.author,
        )
        for at in range(2_000)
    ]
    newest = replace(first, id="newest", body=QUESTION)
    floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], messages=(*thread, newest))

    await ended(floor)


async def test_hundreds_of_attachments_are_named_and_few_are_read(floor: Floor) -> None:
    floor.desk.open("7", QUESTION)
    for at in range(200):
        floor.desk.attach("7", f"{at}.txt", "text/plain", b"x" * 100_000)

    await ended(floor)

    assert len([call for call in floor.desk.calls if call.startswith("read_file")]) == 5
    ((_, note),) = floor.desk.ours("7")
    assert "more files" in note
