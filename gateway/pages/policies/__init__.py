"""`/policies`: the files that bind, what each rule did, what changed between two sets, and the trying of an edit.

Nothing is published from here: files are edited where admins keep them.
"""

from fastapi import APIRouter

from gateway.pages.policies import in_force, trying

routes = APIRouter()
for part in (in_force.routes, trying.routes):
    routes.include_router(part)

__all__ = ["routes"]
