"""`/policies/try`: what would this edit have done? Checked, tested, compared and replayed; never published."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from gateway.pages.places import anchor, place
from gateway.pages.policies.edit import LARGEST_FORM, Edit, read_edit
from gateway.pages.policies.figures import DAYS
from gateway.pages.policies.files import lines
from gateway.pages.policies.replaying import LONGEST, MOST_RUNS, Bounded, replay_newest
from gateway.pages.policies.sets import sets_of
from gateway.pages.render import WITHOUT_NUL, database_of, only_from_our_pages, page
from gateway.policy import Change, PolicyErrors, PolicySet, Problem, TestReport, diff, load, run_tests
from gateway.store import policies as kept

routes = APIRouter()
Chosen = Annotated[str, Query(max_length=200, pattern=WITHOUT_NUL)]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an edit that is in order. `changes` is None where the set in force cannot be built here."""

    edited: PolicySet
    changes: list[Change] | None
    tests: TestReport
    replayed: Bounded


@routes.get("/policies/try")
async def form(request: Request, file: Chosen = "") -> HTMLResponse:
    """The empty form, or with the text of a file in force."""
    published = await kept.published(database_of(request))
    text = published.files.get(file, "") if published else ""
    return await _answer(request, published, Edit(file if text else "", text))


@routes.post("/policies/try")
async def tried(request: Request) -> HTMLResponse:
    """The same form, answered. Raises NotAllowed, EditTooLarge."""
    only_from_our_pages(request)
    published = await kept.published(database_of(request))
    edit = await read_edit(request, published.files if published else {})
    if published is None or edit.problems:
        return await _answer(request, published, edit, edit.problems)
    sets = sets_of(request)
    try:
        edited = await asyncio.to_thread(load, edit.over(published.files), sets.declared)
    except PolicyErrors as error:
        return await _answer(request, published, edit, error.problems)
    before = await sets.built(published.version, published.files)
    changes = diff(before, edited) if isinstance(before, PolicySet) else None
    tests = await asyncio.to_thread(run_tests, edited)
    async with sets.one_replay:
        found = await replay_newest(database_of(request), edited, published)
    return await _answer(request, published, edit, done=Tried(edited, changes, tests, found))


async def _answer(
    request: Request,
    published: kept.Publication | None,
    edit: Edit,
    problems: tuple[Problem, ...] = (),
    done: Tried | None = None,
) -> HTMLResponse:
    answer = await page(
        request,
        "policies_try.html",
        published=published,
        edit=edit,
        problems=problems,
        marked=_marked(edit, problems),
        done=done,
        days=DAYS,
        most_runs=MOST_RUNS,
        longest=LONGEST,
        largest=LARGEST_FORM // 1024**2,
        anchor=anchor,
        place=place,
    )
    answer.status_code = 422 if problems else 200
    return answer


def _marked(edit: Edit, problems: tuple[Problem, ...]) -> dict[str, list[tuple[str, list[Problem]]]]:
    """The lines of each edited file that has problems, with those that stand in each line."""
    return {
        path: _lines(content, [problem for problem in problems if problem.file == path])
        for path, content in edit.changes.items()
        if content is not None and any(problem.file == path for problem in problems)
    }


def _lines(content: bytes, problems: list[Problem]) -> list[tuple[str, list[Problem]]]:
    by_line: dict[int, list[Problem]] = {}
    for problem in problems:
        by_line.setdefault(problem.line, []).append(problem)
    texts = lines(content.decode("utf-8", "replace"))
    return [(text, by_line.get(number, [])) for number, text in enumerate(texts, start=1)]
