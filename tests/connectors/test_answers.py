"""A body is unpacked within bounds, and a body that was cut off is never taken for a whole one."""

import gzip
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from connectors.answers import Cut, TooLong, failure, unpacked
from connectors.errors import RateLimited, Unavailable


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    assert await unpacked(chunks(b"12", b"345"), "", limit=5) == b"12345"
    with pytest.raises(TooLong):
        await unpacked(chunks(b"12", b"3456"), "", limit=5)


async def test_bomb_is_never_unpacked_beyond_the_limit() -> None:
    packed = gzip.compress(bytes(50_000_000), 9)

    tracemalloc.start()
    with pytest.raises(TooLong):
        await unpacked(chunks(packed), "gzip", limit=100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2_000_000


@pytest.mark.parametrize("lost", [1, 4, 8, 9, 20])
async def test_packed_body_that_lost_its_end_is_cut(lost: int) -> None:
    with pytest.raises(Cut):
        await unpacked(chunks(gzip.compress(b'{"whole": true}')[:-lost]), "gzip")


async def test_packed_body_may_come_in_any_pieces() -> None:
    packed = gzip.compress(b'{"whole": true}')

    assert await unpacked(chunks(*(packed[at : at + 1] for at in range(len(packed)))), "GZIP") == b'{"whole": true}'


async def test_what_is_not_packed_as_it_says_is_cut() -> None:
    with pytest.raises(Cut):
        await unpacked(chunks(b'{"plain": true}'), "gzip")


async def test_empty_body_needs_no_packing() -> None:
    assert await unpacked(chunks(), "gzip") == b""


def test_a_limit_that_is_told_as_a_missing_right_is_a_limit() -> None:
    body = b'[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]'

    error = failure("GET /query", 403, {}, body, write=False)

    assert isinstance(error, RateLimited)
    assert str(error) == "GET /query: 403 REQUEST_LIMIT_EXCEEDED"


@pytest.mark.parametrize("name", ["retry-after", "x-ratelimit-retry-after"])
def test_time_to_wait_is_known_in_each_spelling(name: str) -> None:
    error = failure("GET /x", 429, {name: "7"}, b"", write=False)

    assert isinstance(error, RateLimited)
    assert error.retry_after == 7


@pytest.mark.parametrize("status", [423, 477])
def test_what_is_held_for_a_while_is_asked_again_and_was_not_stored(status: int) -> None:
    error = failure("POST /x", status, {"retry-after": "3"}, b"", write=True)

    assert isinstance(error, Unavailable)
    assert (error.retry_after, error.may_be_stored) == (3, False)
