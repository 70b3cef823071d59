"""Rates and their intervals, against published values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.shares import ENOUGH, Share, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I: Wilson without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (10, 20, 0.2993, 0.7007),
        (10, 10, 0.7225, 1.0000),
        (20, 20, 0.8389, 1.0000),
        (9, 214, 0.0223, 0.0780),
    ],
)
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert Share(hits, of).interval == pytest.approx((low, high), abs=0.00005)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_rate_is_inside_its_interval_and_the_interval_inside_0_to_1(counted: tuple[int, int]) -> None:
    share = Share(*counted)

    assert share.interval is not None
    assert share.rate is not None
    low, high = share.interval
    assert 0 <= low <= share.rate + 1e-12
    assert share.rate - 1e-12 <= high <= 1


def test_nothing_counted_has_no_rate() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert (Share(0, 0).rate, Share(0, 0).interval, str(Share(0, 0))) == (None, None, "")


def test_a_small_sample_says_so_and_tells_no_rate() -> None:
    assert str(Share(3, 4)) == "too few (3/4)"
    assert str(Share(ENOUGH - 1, ENOUGH - 1)) == f"too few ({ENOUGH - 1}/{ENOUGH - 1})"
    assert str(Share(10, ENOUGH)) == "50 % (30-70)"


def test_a_program_gets_the_numbers_of_a_small_sample_with_a_warning_beside_them() -> None:
    told = Share(3, 4).to_dict()

    assert (told["hits"], told["of"], told["rate"], told["enough"]) == (3, 4, 0.75, False)
