"""The desk in a browser: it tells kinds of messages apart, runs nobody's script, and obeys no other site."""

import re

import httpx
import pytest

from tests.connectors.sandbox.conftest import Caller

HOSTILE = (
    '<script>steal()</script><img src="https://evil.example/x.png" onerror="steal()"><p onclick="steal()">Hello</p>'
    '<a href="javascript:steal()">press</a><style>body{display:none}</style><h1>Public reply</h1>'
    '<div class="message public" id="newest">fake</div><iframe src="https://evil.example"></iframe><form><input></form>'
)


async def thread(browser: httpx.AsyncClient, ticket: str) -> str:
    page = await browser.get(f"/tickets/{ticket}")
    assert page.status_code == 200
    found = re.search(r'<section class="thread".*?</section>', page.text, re.S)
    assert found
    return found[0]


async def test_public_internal_and_draft_are_named_in_words(
    browser: httpx.AsyncClient, agents: Caller, bot: Caller
) -> None:
    ticket = await agents.opens()
    for visibility in ("public", "internal", "draft"):
        new = {"body": f"A {visibility} one", "visibility": visibility}
        await bot("POST", f"/api/tickets/{ticket}/messages", 201, json=new)

    shown = await thread(browser, ticket)

    labels = re.findall(r'class="label">.*?</svg>([^<]+)</span>', shown, re.S)
    assert labels == ["Requester", "Public reply", "Internal note", "Draft"]
    assert re.findall(r'<article class="message (\w+)"', shown) == ["requester", "public", "internal", "draft"]


@pytest.mark.parametrize("kind", ["text", "html", "markdown"])
async def test_hostile_message_becomes_words(browser: httpx.AsyncClient, agents: Caller, kind: str) -> None:
    ticket = await agents.opens(body=HOSTILE, format=kind, subject="<script>steal()</script>")

    page = (await browser.get(f"/tickets/{ticket}")).text

    tags = re.findall(r"<[^>]*>", await thread(browser, ticket))
    for word in ("script", "onerror", "onclick", "javascript:", "style", "iframe", "input", "img", "<h1", "evil"):
        assert not [tag for tag in tags if word in tag], word
    assert page.count("<article ") == 1
    assert "<script>steal" not in page


async def test_note_is_markdown_with_its_line_breaks(browser: httpx.AsyncClient, agents: Caller) -> None:
    ticket = await agents.opens()
    form = {
        "agent": "agent-emma",
        "visibility": "internal",
        "body": "**Why:** refund\n[policy](https://help.example/2)",
    }

    answer = await browser.post(f"/tickets/{ticket}/agent", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{ticket}#newest")
    shown = await thread(browser, ticket)
    assert "<strong>Why:</strong> refund<br>" in shown
    assert '<a href="https://help.example/2" rel="noopener noreferrer nofollow">policy</a>' in shown


async def test_ticket_is_written_and_answered_by_form(browser: httpx.AsyncClient) -> None:
    new = {"brand": "bank", "name": "Ana", "subject": "Card lost", "body": "I lost it."}
    ticket = (await browser.post("/tickets/new", data=new)).headers["location"].split("#")[0]

    await browser.post(f"{ticket}/agent", data={"agent": "agent-emma", "visibility": "public", "body": "Blocked."})
    await browser.post(f"{ticket}/requester", data={"body": "<b>Thanks</b>", "format": "html"})
    fields = {"agent": "agent-emma", "status": "pending", "tag": "card lost", "team": "cards"}
    await browser.post(f"{ticket}/fields", data=fields)

    page = (await browser.get(ticket)).text
    assert "<b>Thanks</b>" in page
    for told in ("pending", "card", "lost", "cards", "Emma Lindqvist", "Blocked."):
        assert told in page


async def test_sent_draft_becomes_the_agents_reply(browser: httpx.AsyncClient, agents: Caller, bot: Caller) -> None:
    ticket = await agents.opens()
    draft = {"body": "Dear Marta", "visibility": "draft", "client_ref": "cs-1"}
    stored = await bot("POST", f"/api/tickets/{ticket}/messages", 201, json=draft)

    send = {"agent": "agent-jonas", "do": "send"}
    await browser.post(f"/tickets/{ticket}/drafts/{stored['message']['id']}", data=send)

    last = (await bot("GET", f"/api/tickets/{ticket}/messages"))["data"][-1]
    assert (last["author"]["id"], last["visibility"], last["client_ref"]) == ("agent-jonas", "public", "cs-1")
    assert (await bot("GET", f"/api/tickets/{ticket}"))["messages_count"] == 2


@pytest.mark.parametrize("path", ["/", "/tickets/new", "/switches", "/tickets/9999"])
async def test_every_page_runs_only_our_own_files(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=", page.text)
    for file in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert (await browser.get(file)).status_code == 200


async def test_form_of_another_site_is_refused(browser: httpx.AsyncClient, agents: Caller) -> None:
    ticket = await agents.opens()

    foreign = await browser.post(
        f"/tickets/{ticket}/requester", data={"body": "x"}, headers={"origin": "https://evil.example"}
    )
    own = await browser.post(
        f"/tickets/{ticket}/requester", data={"body": "x"}, headers={"origin": "http://desk.example"}
    )

    assert (foreign.status_code, own.status_code) == (403, 303)


async def test_name_that_was_rebound_to_this_machine_is_refused(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/", headers={"host": "evil.example"})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/tickets/{}/requester", {}),
        ("/tickets/{}/agent", {"agent": "nobody", "visibility": "public", "body": "x"}),
        ("/tickets/{}/fields", {"agent": "agent-emma", "status": "asleep"}),
        ("/switches/faults", {"trouble": "earthquake"}),
        ("/switches/faults", {"trouble": "500", "calls": "many"}),
        ("/tickets/new", {"brand": "nobody", "name": "A", "subject": "B", "body": "C"}),
    ],
)
async def test_form_that_makes_no_sense_is_a_page_that_says_so(
    browser: httpx.AsyncClient, agents: Caller, path: str, form: dict[str, str]
) -> None:
    answer = await browser.post(path.format(await agents.opens()), data=form)

    assert answer.status_code == 422
    assert "<h1>Not done</h1>" in answer.text


async def test_switches_of_the_page_move_what_the_api_does(
    browser: httpx.AsyncClient, agents: Caller, bot: Caller
) -> None:
    await browser.post("/switches/faults", data={"trouble": "503", "on": "all", "calls": "", "retry_after": "3"})
    await bot("GET", "/api/me", 503)
    await browser.post("/switches/faults/off", data={"fault": "fault-1"})
    await browser.post("/switches/rights/parcels", data={"right": ["tickets:read", "articles:read"]})

    assert (await bot("GET", "/api/me"))["rights"] == ["articles:read", "tickets:read"]
    assert (await agents("GET", "/control/faults"))["data"] == {}
