"""Five hundred broken files: each is refused with a place, or decides as before. None crashes, none takes a second."""

import random
from pathlib import Path

import pytest

from gateway.policy import PolicyErrors, PolicySet, check, diff, load
from tests.measuring import work
from tests.policy.mutator import mutations
from tests.policy.sets import topics
from tests.policy.test_starter import STARTER, _some

SEED, COUNT = 20261005, 500
FILES = {str(path.relative_to(STARTER)): path.read_text() for path in sorted(STARTER.rglob("*.yaml"))}
RULES = [path for path in FILES if path.startswith(("approval/", "escalation/")) and ".test." not in path]
NAMES = sorted(Path(path).stem for path in FILES if path.startswith("topics/") and ".test." not in path)
TOPICS = topics(*NAMES)


def broken(number: int) -> tuple[str, str | bytes]:
    """The name and content of one broken file, the same in every run."""
    chance = random.Random(SEED + number)
    path = chance.choice(RULES)
    kinds = mutations()
    return path, kinds[number % len(kinds)](FILES[path], chance)


def decisions(policies: PolicySet) -> list[dict[str, object]]:
    chance = random.Random(SEED)
    found = [policies.decide(_some(chance), explain=False).to_dict() for _ in range(40)]
    return [{name: value for name, value in one.items() if name not in ("version", "because")} for one in found]


@pytest.mark.parametrize("block", range(10))
def test_a_broken_file_is_refused_with_its_place_or_changes_what_it_says(block: int) -> None:
    for number in range(block * COUNT // 10, (block + 1) * COUNT // 10):
        path, content = broken(number)

        with work() as took:
            problems = check({path: content, **TOPICS})

            assert took() < 1, (number, path)
        for problem in problems:
            lines = content.count("\n" if isinstance(content, str) else b"\n") + 1  # type: ignore[arg-type]
            assert problem.message, number
            assert 1 <= problem.line <= lines + 1, (number, problem)
            assert problem.column >= 1, (number, problem)
        if not problems:
            load({path: content, **TOPICS}).decide({})


def test_a_broken_file_that_is_accepted_decides_as_before_unless_it_says_something_else() -> None:
    whole = {path: load({path: FILES[path], **TOPICS}) for path in RULES}
    before = {path: decisions(policies) for path, policies in whole.items()}
    accepted = changed = 0

    for number in range(COUNT):
        path, content = broken(number)
        if check({path: content, **TOPICS}):
            continue
        policies = load({path: content, **TOPICS})
        accepted += 1
        if decisions(policies) != before[path]:
            changed += 1
            assert diff(whole[path], policies), number

    assert accepted < COUNT / 4
    assert changed <= 6


def test_a_broken_file_refuses_the_whole_set_and_leaves_the_old_one_as_it_was() -> None:
    old = load(Path(STARTER))
    before = decisions(old)

    for number in range(0, COUNT, 25):
        path, content = broken(number)
        try:
            load({**FILES, path: content})
        except PolicyErrors:
            assert decisions(old) == before
