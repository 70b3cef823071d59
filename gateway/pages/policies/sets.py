"""Policy sets by version, each built once a process: to build one takes longer than to show it."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from fastapi import Request

from gateway.errors import NotFound
from gateway.pages.render import database_of
from gateway.policy import Declared, PolicyErrors, PolicySet, Problem, load
from gateway.store import policies as kept
from gateway.store.database import Database

MOST = 6  # sets that are kept built
Built = PolicySet | tuple[Problem, ...]


class Sets:
    """The kept sets of a database. `declared` is what an edit is checked against."""

    def __init__(self, database: Database, declared: Declared) -> None:
        self.declared = declared
        self.one_replay = asyncio.Lock()
        self._database = database
        self._built: OrderedDict[str, Built] = OrderedDict()

    async def built(self, version: str, files: Mapping[str, str]) -> Built:
        """The set, or why this process cannot build it: an older set may use names that nobody declares any more."""
        if version not in self._built:
            try:
                self._built[version] = await asyncio.to_thread(load, files, self.declared)
            except PolicyErrors as error:
                self._built[version] = error.problems
        self._built.move_to_end(version)
        while len(self._built) > MOST:
            self._built.popitem(last=False)
        return self._built[version]

    async def find(self, beginning: str) -> tuple[str, Mapping[str, str]]:
        """The version that begins so, and its files. Raises NotFound."""
        found = await kept.versions(self._database, beginning)
        version = beginning if beginning in found else found[0] if len(found) == 1 else None
        files = await kept.set_files(self._database, version) if version else None
        if version is None or files is None:
            several = f": {len(found)} begin with {beginning}" if found else ""
            raise NotFound(f"no single set has this version{several}", remedy="The history at /policies names them")
        return version, files


def sets_of(request: Request) -> Sets:
    """Those of the application, which says in `state.declared` what its installation declares."""
    state = request.app.state
    if not hasattr(state, "policy_sets"):
        state.policy_sets = Sets(database_of(request), getattr(state, "declared", Declared()))
    found: Sets = state.policy_sets
    return found
