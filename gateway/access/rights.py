"""Which right a path needs. What is not named here is for those who run the gateway."""

from dataclasses import dataclass

from gateway.access.people import Right

AGENT, ADMIN, OPS, AUDITOR = Right.AGENT, Right.ADMIN, Right.OPS, Right.AUDITOR
SEE = frozenset({ADMIN, OPS, AUDITOR})
EVERYBODY = frozenset(Right)


@dataclass(frozen=True, slots=True)
class Needed:
    """Any of `rights`. `whole`: only for those who may see every account, because what is behind it knows no other."""

    rights: frozenset[Right]
    whole: bool = False


RUN = Needed(frozenset({ADMIN, OPS}), whole=True)
PATHS: tuple[tuple[str, Needed, Needed], ...] = (  # the path and what is under it, to read, to act
    ("/review", Needed(frozenset({AGENT, AUDITOR, ADMIN, OPS})), Needed(frozenset({AGENT}))),
    ("/inbox", Needed(EVERYBODY), RUN),
    ("/runs", Needed(EVERYBODY), RUN),
    ("/tickets", Needed(EVERYBODY), RUN),
    ("/knowledge", Needed(EVERYBODY), RUN),
    ("/policies", Needed(EVERYBODY), Needed(frozenset({ADMIN}))),
    ("/costs", Needed(SEE), RUN),
    ("/pause", Needed(SEE, whole=True), RUN),
    ("/resume", RUN, RUN),
    ("/dead", Needed(SEE, whole=True), RUN),
    ("/api", Needed(SEE, whole=True), RUN),
)
HOME = Needed(EVERYBODY)
OTHERWISE = (Needed(SEE, whole=True), Needed(frozenset({ADMIN}), whole=True))


def needed(method: str, path: str) -> Needed:
    """What a request needs, by its method and path."""
    reads = method in ("GET", "HEAD")
    if path == "/" and reads:
        return HOME
    for prefix, to_read, to_act in PATHS:
        if path == prefix or path.startswith(f"{prefix}/"):
            return to_read if reads else to_act
    return OTHERWISE[not reads]
