"""Whatever is done to a sealed record is found, and said so that somebody can look at the right place."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bench.audit import tampered
from gateway.audit.heads import Head, NotAHead, Signer, head_of, read_heads
from gateway.audit.personal import hash_of
from gateway.audit.proofs import prove, wrong_with
from gateway.audit.verify import Row, verify
from tests.audit.rows import BEGAN, SIGNER, entry, sealed

KEYS = {SIGNER.key}


def words(rows: list[Row], heads: list[Head], checkpoints: list[Head] | None = None) -> list[str]:
    return [f"{one.kind}: {one.words}" for one in verify(rows, heads, KEYS, checkpoints or ()).findings]


def test_a_whole_record_is_found_whole() -> None:
    rows, heads = sealed(47)
    new = entry(48)

    report = verify([*rows, Row(None, new.id, None, new)], heads, KEYS, heads)

    assert (report.findings, report.entries, report.waiting) == ([], 47, 1)


def test_an_empty_record_is_whole() -> None:
    assert words([], []) == []


@pytest.mark.parametrize("place", [0, 9, 10, 46])
def test_an_edited_entry_is_named(place: int) -> None:
    rows, heads = sealed(47)
    rows[place] = replace(rows[place], entry=replace(entry(place + 1), at=BEGAN))

    assert words(rows, heads) == [f"edited: entry {place + 1} was edited: it is not what was sealed at place {place}"]


def test_an_edit_with_a_leaf_that_matches_is_told_by_the_heads_between_which_it_lies() -> None:
    rows, heads = sealed(47)
    new = replace(entry(15), act=replace(entry(15).act, who="nobody"))
    rows[14] = replace(rows[14], entry=new, leaf=new.leaf)

    (told,) = words(rows, heads)

    assert told.startswith("rewritten: places 10 to 19 of the tree")


def test_a_missing_entry_is_named_also_where_its_leaf_went_with_it() -> None:
    rows, heads = sealed(47)
    gone = [*rows[:20], *rows[21:]]

    assert words([*rows[:20], replace(rows[20], entry=None), *rows[21:]], heads) == [
        "missing: entry 21 is missing: it was sealed at place 20"
    ]
    assert words(gone, heads)[0] == "missing: place 20 of the tree is missing: the next one is 21"


def test_swapped_entries_are_named_together() -> None:
    rows, heads = sealed(47)
    rows[3] = replace(rows[3], entry=replace(entry(9), id=4))
    rows[8] = replace(rows[8], entry=replace(entry(4), id=9))

    assert words(rows, heads) == ["swapped: entries 4 and 9 were swapped"]


def test_an_entry_that_was_put_in_later_is_named() -> None:
    rows, heads = sealed(47)
    late = Row(None, 5, None, replace(entry(5), at=BEGAN - timedelta(hours=2)))
    backdated = replace(entry(48), at=BEGAN - timedelta(days=3))

    assert words([*rows, late], heads) == ["inserted: entry 5 is in no tree: it was inserted afterwards"]
    told = words([*rows, Row(47, 48, backdated.leaf, backdated)], heads)
    assert told[0].startswith("inserted: entry 48 says 2026-02-26 09:00, but was sealed after")


def test_a_tail_that_was_cut_is_told_by_the_heads() -> None:
    rows, heads = sealed(47)

    assert words(rows[:40], heads) == ["cut: the tail was cut: 47 entries were sealed, 40 are there"]


def test_a_restored_copy_is_told_by_a_head_that_lies_outside() -> None:
    rows, heads = sealed(47)

    (older,) = words(rows[:30], heads[:3], heads[-1:])
    assert older.startswith("restored: this is a restored copy, or its tail was cut")
    assert "47 entries" in older
    assert older.endswith("here are 30")
    other, others = sealed(60, every=6)
    for place in range(30, 60):
        new = replace(entry(place + 1), act=replace(entry(1).act, who="somebody else"))
        other[place] = Row(place, new.id, new.leaf, new)
    assert any(
        told.startswith("restored: this is a restored copy that went on") for told in words(other, others, heads)
    )


def test_a_head_that_another_key_signed_is_forged() -> None:
    rows, heads = sealed(20)
    stranger = Signer("the secret of somebody else").head(20, heads[-1].at, heads[-1].root)

    assert words(rows, [heads[0], stranger])[0].startswith("forged: the head of 20 entries")
    assert words(rows, heads, [replace(heads[-1], size=19)])[0].startswith("forged: the checkpoint of 19 entries")


def test_a_personal_part_that_was_changed_is_told_and_one_that_was_erased_is_no_matter() -> None:
    rows, heads = sealed(1)
    assert words([replace(rows[0], personal=None)], heads) == []

    assert words([replace(rows[0], personal=hash_of(b"something else"))], heads) == [
        "edited: the personal part of entry 1 was changed"
    ]


def test_ten_thousand_random_tampers_of_every_kind_are_all_found() -> None:
    tried, found = tampered(10_000, size=30)

    assert tried.total() == 10_000
    assert found == tried


def test_a_proof_holds_offline_and_for_nothing_but_its_entry() -> None:
    rows, heads = sealed(47)
    leaves = [row.leaf for row in rows if row.leaf]
    proof = prove(entry(18), 17, leaves, heads[-1])

    assert wrong_with(proof, {SIGNER.key}) is None
    assert wrong_with(proof, {"another key"}) == "its head is not signed with the key of this installation"
    assert wrong_with({**proof, "entry": entry(19).as_json()}, set()) == "the entry is not in the tree of this head"
    assert wrong_with({**proof, "head": heads[0].as_json()}, set()) == "the entry is not in the tree of this head"
    assert wrong_with({"entry": {}}, set()) == "this is no proof of an entry"


def test_heads_are_read_back_from_their_file_and_a_last_line_that_was_cut_is_left_out() -> None:
    _, heads = sealed(30)
    text = "".join(head.line + "\n" for head in heads)

    assert read_heads(text) == heads
    assert read_heads(text[:-20]) == heads[:-1]
    with pytest.raises(NotAHead, match="line 1"):
        read_heads("{}\n" + text)
    with pytest.raises(NotAHead, match="zone"):
        head_of({**heads[0].as_json(), "at": "2026-01-01T00:00:00"})
