"""What of a long thread is shown: the newest words of the requester and our last answer come before everything."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from connectors.contract import BodyFormat, Message, Person, Role, Visibility
from gateway.workflow.importance import MOST_MESSAGES, Piece, newest_within, pieces, shares, tokens_of

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
RITA, EMMA = Person("r", Role.REQUESTER), Person("e", Role.AGENT)


def thread(*said: tuple[Person, str]) -> list[Piece]:
    return pieces(messages(said), [who is RITA for who, _ in said])


def messages(said: Sequence[tuple[Person, str]]) -> list[Message]:
    return [
        Message(str(at), who, Visibility.PUBLIC, text, BodyFormat.TEXT, BEGAN + timedelta(hours=at))
        for at, (who, text) in enumerate(said)
    ]


def words(word: str, count: int = 200) -> str:
    return " ".join([word] * count)


def test_a_thread_that_fits_is_shown_whole() -> None:
    said = thread((RITA, "It is late."), (EMMA, "It comes tomorrow."), (RITA, "It did not."))

    assert shares(said, "Well?") == {0: 11, 1: 18, 2: 11}


def test_the_newest_of_the_requester_and_our_last_answer_come_first() -> None:
    said = thread(
        (RITA, words("first")),
        (EMMA, words("answer")),
        (RITA, words("middle")),
        (RITA, words("newer")),
        (EMMA, words("latest")),
        (RITA, words("newest")),
    )

    assert set(shares(said, "", budget=tokens_of(words("newest")) * 3)) >= {3, 5, 4}
    assert 1 not in shares(said, "", budget=1_200)


def test_then_comes_how_it_began_and_then_what_speaks_of_the_same_things() -> None:
    said = thread(
        (RITA, words("begin", 20)),
        (EMMA, "Your invoice 4711 was sent to the old address of the warehouse in the north."),
        (EMMA, "The weather is fine and we had cake in the office, thank you for asking us."),
        (RITA, words("other", 20)),
        (RITA, words("newest", 20)),
        (EMMA, words("latest", 20)),
    )

    shown = shares(said, "Where did the invoice go?", budget=130 + 20)

    assert set(shown) == {0, 1, 3, 4, 5}


def test_a_long_message_leaves_room_for_others() -> None:
    said = thread((RITA, "It is about my kettle."), (RITA, words("long", 5_000)))

    shown = shares(said, "")

    assert set(shown) == {0, 1}
    assert shown[1] < 2_500


def test_the_newest_of_several_questions_is_never_the_one_that_is_cut() -> None:
    assert newest_within(["a" * 90, "b" * 90, "c" * 50], 100) == [2]
    assert newest_within(["a" * 20, "b" * 90, "c" * 50], 100) == [0, 2]
    assert newest_within(["a" * 20, "", "c" * 500], 100) == [2]
    assert newest_within([], 100) == []


def test_of_a_mail_bomb_the_newest_and_the_first_message_are_looked_at() -> None:
    looked_at = thread(*((RITA, f"message {at}") for at in range(5_000)))

    assert len(looked_at) == MOST_MESSAGES + 1
    assert (looked_at[0].text, looked_at[-1].text) == ("message 0", "message 4999")


def test_bodies_of_megabytes_are_looked_at_as_far_as_the_bounds_go() -> None:
    looked_at = thread(*((RITA, "x" * 900_000) for _ in range(20)))

    assert len(looked_at) == 2
