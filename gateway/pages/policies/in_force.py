"""The set in force with what its rules did, an older set, and what changed between two."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse

from gateway.pages.places import anchor, place
from gateway.pages.policies.figures import DAYS, FEW, PERIOD, AllFigures
from gateway.pages.policies.files import FOLDERS, by_folder, lines
from gateway.pages.policies.sets import Built, sets_of
from gateway.pages.render import database_of, page
from gateway.policy import PolicySet, diff
from gateway.store import policies as kept

routes = APIRouter()
HISTORY = 30  # publications on the page
VERSION = r"^[0-9a-f]{6,64}$"
Version = Annotated[str, InPath(pattern=VERSION)]
ChosenVersion = Annotated[str, Query(pattern=VERSION)]
LOOKS: dict[str, Any] = {"folders": FOLDERS, "anchor": anchor, "lines": lines, "place": place}


@routes.get("/policies")
async def in_force(request: Request) -> HTMLResponse:
    """Every file that binds, every rule with its figures, and the history."""
    database, since = database_of(request), datetime.now(UTC) - PERIOD
    published = await kept.published(database)
    built = await sets_of(request).built(published.version, published.files) if published else None
    figures = AllFigures(await kept.rule_hits(database, since), await kept.decisions(database, since))
    return await page(
        request,
        "policies.html",
        published=published,
        problems=_problems(built),
        policies=_whole(built),
        files=by_folder(published.files, _whole(built)) if published else {},
        refused=await kept.refused_edit(database),
        history=await kept.publications(database, HISTORY + 1),
        most=HISTORY,
        figures=figures,
        days=DAYS,
        few=FEW,
        **LOOKS,
    )


@routes.get("/policies/sets/{version}")
async def one_set(request: Request, version: Version) -> HTMLResponse:
    """A set as it was kept, for decisions that were made by it."""
    database, sets = database_of(request), sets_of(request)
    version, texts = await sets.find(version)
    built = await sets.built(version, texts)
    return await page(
        request,
        "policies_set.html",
        version=version,
        current=await kept.newest(database),
        problems=_problems(built),
        files=by_folder(texts, _whole(built)),
        figures=None,
        **LOOKS,
    )


@routes.get("/policies/diff")
async def difference(request: Request, a: ChosenVersion, b: ChosenVersion) -> HTMLResponse:
    """What changed from `a` to `b`, rule by rule."""
    sets = sets_of(request)
    (old_version, old_texts), (new_version, new_texts) = await sets.find(a), await sets.find(b)
    old, new = await sets.built(old_version, old_texts), await sets.built(new_version, new_texts)
    whole = isinstance(old, PolicySet) and isinstance(new, PolicySet)
    return await page(
        request,
        "policies_diff.html",
        a=old_version,
        b=new_version,
        changes=diff(old, new) if isinstance(old, PolicySet) and isinstance(new, PolicySet) else None,
        problems=() if whole else _problems(old) or _problems(new),
        place=place,
    )


def _whole(built: Built | None) -> PolicySet | None:
    return built if isinstance(built, PolicySet) else None


def _problems(built: Built | None) -> list[str]:
    return [] if built is None or isinstance(built, PolicySet) else [str(problem) for problem in built]
