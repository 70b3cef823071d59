"""What we sign nobody can change, and it ends."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.access.cookies import Cookies
from gateway.access.people import Person, Right
from gateway.access.sessions import HAND_OVER, IDLE, LINK_AGE, LONGEST, Session, Signer, key_of, proof_of

ANN = Person("ann", "Ann", frozenset({"leads"}), frozenset({Right.AGENT}), frozenset({"acme"}))
SIGNER = Signer("a key of the tests")


class Clock:
    """Stands in for the time module of the sessions."""

    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(1_800_000_000.0)
    monkeypatch.setattr("gateway.access.sessions.time", clock)
    return clock


def test_a_session_names_the_same_person_with_the_same_rights() -> None:
    session = SIGNER.read_session(SIGNER.session(ANN))

    assert session is not None
    assert session.person == ANN


@pytest.mark.parametrize("forged", ["", "x", "e30.sig", "." * 9000])
def test_a_forged_session_is_nobody(forged: str) -> None:
    assert SIGNER.read_session(forged) is None


def test_one_changed_character_makes_it_nobody() -> None:
    good = SIGNER.session(ANN)
    for position in range(0, len(good), 7):
        changed = good[:position] + ("A" if good[position] != "A" else "B") + good[position + 1 :]
        assert SIGNER.read_session(changed) is None, position


def test_a_session_of_another_key_or_for_another_purpose_is_nobody() -> None:
    assert Signer("another").read_session(SIGNER.session(ANN)) is None
    assert SIGNER.read_session(SIGNER.link(7)) is None
    assert SIGNER.read_link(SIGNER.session(ANN)) is None


def test_a_session_that_nobody_uses_ends_and_one_in_use_ends_too_but_later(clock: Clock) -> None:
    first = SIGNER.session(ANN)
    clock.now += IDLE - 1
    session = SIGNER.read_session(first)
    assert session is not None
    renewed = SIGNER.session(session.person, began=session.began)
    clock.now += 2
    assert SIGNER.read_session(first) is None
    assert SIGNER.read_session(renewed) is not None
    clock.now = session.began + LONGEST + 1
    assert SIGNER.read_session(SIGNER.session(ANN, began=session.began)) is None


def test_a_link_shows_one_draft_for_two_weeks(clock: Clock) -> None:
    key = SIGNER.link(7)

    assert SIGNER.read_link(key) == 7
    clock.now += LINK_AGE + 1
    assert SIGNER.read_link(key) is None


def test_a_key_is_made_once_even_by_processes_that_start_together(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: key_of(None, tmp_path), range(16)))

    assert len(keys) == 1
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]
    assert key_of("given", tmp_path) == "given"


def test_cookies_work_in_a_frame_only_where_they_are_safe_there() -> None:
    secure, plain = Cookies(secure=True), Cookies(secure=False)

    assert "Secure; SameSite=None; Partitioned" in secure.set(secure.session, "v")
    assert secure.session.startswith("__Host-")
    assert "SameSite=Lax" in plain.set(plain.session, "v")
    assert "HttpOnly" in secure.set(secure.session, "v")
    assert secure.read(f"a=1; {secure.session}=v; b=2", secure.session) == "v"
    assert secure.read("a=1", secure.session) is None


SECRET = "what only the frame knows"


def handed_over(began: float = 1_800_000_000.0) -> str:
    return SIGNER.hand_over(Session(ANN, began, began), proof_of(SECRET))


def test_a_code_hands_over_the_same_session_to_whoever_knows_the_secret_and_to_nobody_else(clock: Clock) -> None:
    code = handed_over(clock.now - 60)

    session = SIGNER.read_hand_over(code, SECRET)
    assert session is not None
    assert (session.person, session.began) == (ANN, clock.now - 60)
    for guess in ("", "x", proof_of(SECRET), SECRET + " "):
        assert SIGNER.read_hand_over(code, guess) is None
    assert Signer("another").read_hand_over(code, SECRET) is None


def test_a_code_ends_within_a_minute_and_never_outlives_the_sign_in(clock: Clock) -> None:
    code, old = handed_over(clock.now), handed_over(clock.now - LONGEST - 1)
    clock.now += HAND_OVER + 1

    assert SIGNER.read_hand_over(code, SECRET) is None
    assert SIGNER.read_hand_over(old, SECRET) is None


def test_a_code_is_no_session_and_a_session_no_code(clock: Clock) -> None:
    assert SIGNER.read_session(handed_over(clock.now)) is None
    assert SIGNER.read_hand_over(SIGNER.session(ANN), SECRET) is None
    payload = handed_over(clock.now).split(".")[0]
    assert SIGNER.read_session(f"{payload}.{SIGNER.session(ANN).split('.')[-1]}") is None


def test_the_proof_is_what_a_browser_makes_of_the_secret() -> None:
    assert proof_of("abc") == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
