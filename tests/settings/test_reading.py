"""`countersign.yaml`: every mistake at once, each at its place, with what was probably meant."""

from decimal import Decimal
from pathlib import Path

import pytest

from gateway.errors import ConfigurationInvalid
from gateway.settings import read_installation
from tests.settings.files import CONNECTORS, GOOD, OWNER, problems, read

TEN_MISTAKES = """\
version: 1
accounts:
  acme:
    connector: sandbx
    owner: {team: Care}
    base_url: desk.example.com
    secrets:
      webhook_secret: whsec_c2VjcmV0
    knowlege: [help]
    models: carefull
    knowledge: [hlep]
  Übung:
    connector: zendesk
    owner: {team: Care, contact: care@example.com}
    base_url: https://desk.example.com
models:
  careful:
    owner: {team: Care, contact: care@example.com}
    candidates:
      - model: openai/gpt-x
        timeout: 100
        price: {input: -1, output: 2}
knowledge:
  help:
    owner: {team: Care, contact: care@example.com}
    folder: articles
    jsonl: articles.jsonl
"""


def test_ten_mistakes_are_told_at_once_each_at_its_line_with_what_was_meant(tmp_path: Path) -> None:
    told = problems(tmp_path, TEN_MISTAKES)

    expected = [
        ("4:5", "there is no connector 'sandbx'. Did you mean 'sandbox'?"),
        ("5:5", "'contact' is missing"),
        ("6:5", "'base_url'"),
        ("8:7", "'webhook_secret'"),
        ("9:5", "unknown key 'knowlege'. Did you mean 'knowledge'?"),
        ("10:5", "there is no route of models 'carefull'. Did you mean 'careful'?"),
        ("11:17", "there is no knowledge source 'hlep'. Did you mean 'help'?"),
        ("12:3", "'Übung' is not a name"),
        ("21:9", "'timeout'"),
        ("22:17", "'input'"),
        ("24:3", "give exactly one of folder, jsonl, account, sitemap, solved"),
    ]
    assert [problem.split(": ")[0] for problem in told] == [place for place, _ in expected]
    assert all(message in problem for problem, (_, message) in zip(told, expected, strict=True)), told


def test_a_secret_that_stands_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, GOOD.replace("{env: ACME_SECRET}", "whsec_hunter2hunter2"))

    assert told.startswith("8:")
    assert "hunter2" not in told


@pytest.mark.parametrize("place", ["{}", "{env: A, file: b}", "{env: 'not a name'}", "{value: hunter2}"])
def test_a_secret_has_exactly_one_place(tmp_path: Path, place: str) -> None:
    told = problems(tmp_path, GOOD.replace("{env: ACME_SECRET}", place))

    assert told[0].startswith("8:")
    assert not any("hunter2" in problem for problem in told)


def test_a_good_file_is_read_with_exact_prices_and_paths_from_where_it_lies(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)

    assert found.accounts["acme"].knowledge == ["help"]
    assert found.models["careful"].candidates[0].price.input == Decimal("0.15")  # type: ignore[union-attr]
    assert found.knowledge["help"].folder == tmp_path / "articles"


def test_a_name_given_twice_is_an_error_and_not_the_last_one(tmp_path: Path) -> None:
    told = problems(tmp_path, GOOD + f"  help: {{owner: {OWNER}, folder: other}}\n")

    assert told == ["16:3: 'help' stands here twice"]


def test_no_stays_a_word(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD.replace("knowledge: [help]", "language: no\n    vip_tags: [yes, on, off]"))

    assert found.accounts["acme"].language == "no"
    assert found.accounts["acme"].vip_tags == ["yes", "on", "off"]


def test_true_is_still_true(tmp_path: Path) -> None:
    assert (
        read(tmp_path, GOOD.replace("knowledge: [help]", "allow_private_network: true"))
        .accounts["acme"]
        .allow_private_network
    )


@pytest.mark.parametrize("text", ["", "\n", "# nothing but a comment\n", "{}"])
def test_an_empty_file_is_an_installation_without_accounts(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).accounts == {}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("accounts: [\n  a: b\n", "3:", ""),
        ("a: b\n\tc: d\n", "2:", ""),
        (b"accounts: \xff\xfe", "1:1", "UTF-8"),
        ("accounts: {a\x00b: 1}", "1:1", "characters"),
        ("just a sentence", "1:1", ""),
        ("- a\n- list\n", "1:1", ""),
        ("accounts: 7", "1:1", "accounts"),
        ("accounts: {acme: null}", "1:", "acme"),
        ("accounts:\n  acme:\n    knowledge: 5\n", "2:", "'knowledge': input should be"),
        ("? [a, b]\n: c\n", "1:", "unknown key"),
        ("version: 2", "1:1", "version"),
        ("a: *nobody", "1:4", ""),
        ("a: 1\n---\nb: 2\n", "2:", ""),
        ("[" * 5000, "2:", ""),
        ("a: " + "[" * 500 + "]" * 500, "1:1", "nested"),
        ("a: !!python/object/apply:os.system ['true']", "1:", "unknown key"),
    ],
    ids=range(16),
)
def test_what_is_no_configuration_is_told_with_its_place(
    tmp_path: Path, text: str | bytes, place: str, words: str
) -> None:
    told = problems(tmp_path, text)

    assert told[0].startswith(place), told
    assert any(words in problem for problem in told)


def test_a_file_larger_than_a_person_would_write_is_not_parsed(tmp_path: Path) -> None:
    assert problems(tmp_path, "# " + "x" * 1_100_000) == ["1:1: the file is larger than 1048576 bytes"]


def test_a_small_file_that_would_grow_without_end_is_refused(tmp_path: Path) -> None:
    layers = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for number in range(1, 12):
        layers += f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n"

    assert "refers" in problems(tmp_path, layers)[0]


def test_a_file_that_refers_to_itself_is_refused(tmp_path: Path) -> None:
    assert "refers" in problems(tmp_path, "accounts: &all {acme: *all}")[0]


def test_a_reference_that_saves_a_little_typing_is_fine(tmp_path: Path) -> None:
    text = GOOD.replace(f"owner: {OWNER}", f"owner: &care {OWNER}", 1).replace(f"owner: {OWNER}", "owner: *care")

    assert read(tmp_path, text).models["careful"].owner.team == "Care"


@pytest.mark.parametrize("where", ["missing.yaml", "."])
def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path, where: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="COUNTERSIGN_CONFIG"):
        read_installation(tmp_path / where, CONNECTORS)


@pytest.mark.parametrize(("told", "seconds"), [("15s", 15), ("2m", 120), ("never", 0)])
def test_how_often_an_account_is_polled_is_told_with_its_unit(tmp_path: Path, told: str, seconds: float) -> None:
    accounts = read(tmp_path, GOOD.replace("knowledge: [help]", f"poll_every: {told}")).accounts

    assert accounts["acme"].poll_seconds == seconds


@pytest.mark.parametrize("told", ["15", "off", "0s", "soon", "15h", "[]"])
def test_another_word_for_how_often_is_refused_with_what_to_write(tmp_path: Path, told: str) -> None:
    (problem,) = problems(tmp_path, GOOD.replace("knowledge: [help]", f"poll_every: {told}"))

    assert problem == "9:5: 'poll_every': write an interval such as 15s or 2m, or never"


@pytest.mark.parametrize(("told", "seconds"), [("0s", 0), ("5s", 5), ("60s", 60)])
def test_how_long_a_message_waits_for_the_next_one_is_told_in_seconds(
    tmp_path: Path, told: str, seconds: float
) -> None:
    accounts = read(tmp_path, GOOD.replace("knowledge: [help]", f"settle: {told}")).accounts

    assert accounts["acme"].settle_seconds == seconds


@pytest.mark.parametrize("told", ["5", "61s", "1m", "-1s"])
def test_a_ticket_is_not_held_up_for_longer_than_a_minute(tmp_path: Path, told: str) -> None:
    (problem,) = problems(tmp_path, GOOD.replace("knowledge: [help]", f"settle: {told}"))

    assert problem.startswith("9:5: 'settle'")
