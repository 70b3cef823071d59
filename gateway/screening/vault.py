"""Takes personal data out of every text of a run, and puts exactly the same back into the draft."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from gateway.screening.detectors import Finder
from gateway.screening.known import Known, KnownValues
from gateway.screening.orders import OrderNumbers
from gateway.screening.personal import PLACEHOLDER, Kind, Match, merged, personal
from gateway.screening.phones import REGIONS

_BARE = re.compile(rf"(?<![\w<;])[\[{{(]{{0,2}}(?:{'|'.join(Kind)})_\d{{1,6}}[\]}})]{{0,2}}(?![\w>&])")
_MARGIN = 300  # characters behind a limit that are searched too: no value but a URL or a key is longer


class Vault:
    """The placeholders of one run. `<PERSON_1>` means the same in every text that went through one vault.

    `known` is searched besides what patterns and the `finder` find; kinds in `keep` are counted and left in place. Each
    text goes through `mask` once. `restore(mask(text)) == text` for every text. The values never show in `repr`, logs
    or errors; `to_dict` holds them and belongs where the ticket's content is kept."""

    __slots__ = ("_counts", "_finder", "_keep", "_known", "_numbers", "_orders", "_placeholders", "_regions", "_values")

    def __init__(
        self,
        known: Iterable[Known] = (),
        *,
        keep: Iterable[Kind] = (),
        regions: Sequence[str] = REGIONS,
        orders: Sequence[str] = (),
        finder: Finder | None = None,
    ) -> None:
        self._known = KnownValues(known)
        self._orders = OrderNumbers(orders)
        self._finder = finder
        self._keep = frozenset(keep) - {Kind.LITERAL}
        self._regions = tuple(regions)
        self._placeholders: dict[tuple[Kind, str], str] = {}
        self._values: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def __repr__(self) -> str:
        return f"Vault({dict(self.counts)})"

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each kind was found in all texts so far, kept ones too."""
        return {str(kind): count for kind, count in sorted(self._counts.items()) if kind != Kind.LITERAL}

    def find(self, text: str) -> list[Match]:
        """Everything personal in a text, with overlaps."""
        literals = [Match(Kind.LITERAL, *match.span()) for match in PLACEHOLDER.finditer(text)]
        orders = [Match(Kind.ORDER, *span) for span in self._orders.find(text)]
        more = self._finder(text) if self._finder else ()
        return [*literals, *self._known.find(text), *orders, *personal(text, regions=self._regions), *more]

    def mask(self, text: str, *, limit: int | None = None) -> str:
        """The text with placeholders. Nothing that was found is left in it, except the kinds to keep.

        With a `limit`, only about that many characters of the text: what stands across the border is left out whole, so
        that half a card number does not pass for a number.
        """
        if limit is not None and len(text) > limit:
            return self._masked(*self._shortened(text, limit)) + " …"
        return self._masked(text, self.find(text))

    def _shortened(self, text: str, limit: int) -> tuple[str, list[Match]]:
        found = self.find(text[: limit + _MARGIN])
        end = max(text.rfind(" ", 0, limit), text.rfind("\n", 0, limit), limit - _MARGIN)
        end = next((match.start for match in merged(found) if match.start < end < match.end), end)
        return text[:end].rstrip(), [match for match in found if match.end <= end]

    def _masked(self, text: str, found: Sequence[Match]) -> str:
        self._counts.update(match.kind.value for match in merged(match for match in found if match.kind in self._keep))
        pieces, last = [], 0
        for match in merged(match for match in found if match.kind not in self._keep):
            self._counts[match.kind.value] += 1
            value = text[match.start : match.end]
            pieces += [text[last : match.start], self._placeholder(match.kind, value)]
            last = match.end
        return "".join([*pieces, text[last:]])

    def restore(self, text: str) -> str:
        """The values back in place of their placeholders; placeholders that are not ours stay as they are."""
        return PLACEHOLDER.sub(lambda match: self._values.get(_key(match), match.group()), text)

    def show(self, text: str, kinds: Iterable[Kind]) -> str:
        """A masked text with the values of these kinds, for a model that may see them."""
        shown = {kind.value for kind in kinds}
        return PLACEHOLDER.sub(
            lambda match: self._values.get(_key(match), match.group()) if _kind(match) in shown else match.group(), text
        )

    def held(self, text: str) -> Counter[str]:
        """How many placeholders of each kind a masked text has."""
        keys = [match for match in PLACEHOLDER.finditer(text) if _key(match) in self._values]
        return Counter(_kind(match) for match in keys if _kind(match) != Kind.LITERAL)

    def unknown_placeholders(self, text: str) -> list[str]:
        """Placeholders in a model's text that stand for nothing, and ours written so that `restore` misses them."""
        marked = [match.group() for match in PLACEHOLDER.finditer(text) if _key(match) not in self._values]
        return marked + [match.group() for match in _BARE.finditer(PLACEHOLDER.sub(" ", text))]

    def to_dict(self) -> dict[str, Any]:
        """Everything, WITH the values, to be kept beside the ticket's content and read back by `from_dict`."""
        entries = [[kind.value, value, name] for (kind, value), name in self._placeholders.items()]
        return {"entries": entries, "counts": dict(self._counts)}

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        known: Iterable[Known] = (),
        *,
        keep: Iterable[Kind] = (),
        regions: Sequence[str] = REGIONS,
        orders: Sequence[str] = (),
        finder: Finder | None = None,
    ) -> Self:
        """The vault as it was, ready to restore and to mask further texts. Settings are given anew."""
        vault = cls(known, keep=keep, regions=regions, orders=orders, finder=finder)
        for kind, value, name in data["entries"]:
            vault._placeholders[Kind(kind), value] = name
            vault._values[name[1:-1]] = value
            vault._numbers[kind] += 1
        vault._counts.update(data["counts"])
        return vault

    def _placeholder(self, kind: Kind, value: str) -> str:
        if (kind, value) not in self._placeholders:
            self._numbers[kind.value] += 1
            key = f"{kind.value}_{self._numbers[kind.value]}"
            self._placeholders[kind, value] = f"<{key}>"
            self._values[key] = value
        return self._placeholders[kind, value]


def _key(match: re.Match[str]) -> str:
    return f"{match.group(1)}_{match.group(2)}".replace("\\", "").upper()


def _kind(match: re.Match[str]) -> str:
    return _key(match).rpartition("_")[0]
