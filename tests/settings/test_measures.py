"""What an account says of its drafts: whether they are shown, who looks at them afterwards, what counts as too soon."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.settings import AccountEntry
from tests.settings.files import GOOD, problems, read


def account(folder: Path, more: str = "") -> AccountEntry:
    return read(folder, GOOD.replace("    knowledge: [help]", f"    knowledge: [help]{more}")).accounts["acme"]


def test_an_account_is_live_and_nothing_is_sampled_unless_it_says_so(tmp_path: Path) -> None:
    entry = account(tmp_path)

    assert (entry.mode, entry.sample_share, entry.reopened_span) == ("live", 0.0, timedelta(days=7))
    assert entry.words_per_minute == 240


def test_each_of_them_can_be_declared(tmp_path: Path) -> None:
    more = "\n    mode: shadow\n    sample: 2.5%\n    reopened_within: 48h\n    words_per_minute: 200"

    entry = account(tmp_path, more)

    assert (entry.mode, entry.sample_share, entry.reopened_span) == ("shadow", 0.025, timedelta(hours=48))
    assert entry.words_per_minute == 200


@pytest.mark.parametrize(
    "wrong", ["mode: pilot", "sample: 5", "sample: 101%", "reopened_within: soon", "words_per_minute: 10"]
)
def test_what_cannot_be_meant_is_refused_at_its_line(tmp_path: Path, wrong: str) -> None:
    (problem,) = problems(tmp_path, GOOD.replace("    knowledge: [help]", f"    {wrong}\n    knowledge: [help]"))

    assert problem.startswith("9:")
    assert f"'{wrong.partition(':')[0]}'" in problem
