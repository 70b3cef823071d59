"""Reads the tree of a compiled condition out of cel-cpp's serialised form, to know which facts and words it uses.

The form is the protobuf message `cel.expr.CheckedExpr` (cel-spec, proto/cel/expr/checked.proto and syntax.proto). The
dozen fields that we look at are read from the wire by number, which spares a protobuf dependency and generated code.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_CHECKED_EXPR, _ANY_VALUE = 4, 2
_SOURCE_INFO, _POSITIONS = 5, 4
_TEXT, _DOUBLE, _BOOL, _INT = 6, 5, 2, 3

Wire = list[tuple[int, int | bytes]]


@dataclass(frozen=True, slots=True)
class Expr:
    """One node. `kind`: const, name, select, call, list, map, each (a macro such as `exists`); `position` counts
    characters of the condition."""

    kind: str
    position: int
    name: str = ""  # of the fact, the field, the function, or the variable of `each`
    value: str | float | bool | None = None
    target: "Expr | None" = None  # what a method is called on, what is selected from, what `each` walks over
    args: tuple["Expr", ...] = field(default=())

    def walk(self) -> Iterator["Expr"]:
        """This node and all below it."""
        yield self
        if self.target is not None:
            yield from self.target.walk()
        for arg in self.args:
            yield from arg.walk()


def read_tree(serialised: bytes) -> Expr:
    """The tree of `Expression.serialize()`. Raises ValueError where the form is not the one expected."""
    try:
        checked = _wire(_one(_wire(serialised), _ANY_VALUE))
        positions = _positions(_wire(_one(checked, _SOURCE_INFO)))
        return _expr(_one(checked, _CHECKED_EXPR), positions)
    except (IndexError, struct.error, KeyError, RecursionError) as error:
        raise ValueError("the compiled condition has a form that is not known") from error


def _wire(data: bytes) -> Wire:
    found: Wire = []
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            found.append((number, value))
            continue
        if kind == _BYTES:
            size, at = _varint(data, at)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}[kind]
        found.append((number, data[at : at + size]))
        at += size
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _one(wire: Wire, number: int) -> bytes:
    return next((value for key, value in wire if key == number and isinstance(value, bytes)), b"")


def _many(wire: Wire, number: int) -> list[bytes]:
    return [value for key, value in wire if key == number and isinstance(value, bytes)]


def _number(wire: Wire, number: int) -> int:
    return next((value for key, value in wire if key == number and isinstance(value, int)), 0)


def _positions(source: Wire) -> Mapping[int, int]:
    entries = (_wire(entry) for entry in _many(source, _POSITIONS))
    return {_number(entry, 1): _number(entry, 2) for entry in entries}


def _expr(data: bytes, positions: Mapping[int, int]) -> Expr:
    wire = _wire(data)
    at = positions.get(_number(wire, 2), 0)
    number, body = next(((key, value) for key, value in wire if isinstance(value, bytes)), (0, b""))
    part = _wire(body)

    def below(raw: bytes) -> Expr:
        return _expr(raw, positions)

    match number:
        case 3:
            return Expr("const", at, value=_const(part))
        case 4:
            name = _one(part, 1).decode()
            return Expr("name", at - max(0, name.rfind(".")), name)  # cel-cpp points at the last dot
        case 5:
            return Expr("select", at, _one(part, 2).decode(), target=below(_one(part, 1)))
        case 6:
            target = _one(part, 1)
            args = tuple(below(arg) for arg in _many(part, 3))
            return Expr("call", at, _one(part, 2).decode(), target=below(target) if target else None, args=args)
        case 7:
            return Expr("list", at, args=tuple(below(item) for item in _many(part, 1)))
        case 8:
            entries = [_wire(entry) for entry in _many(part, 2)]
            return Expr(
                "map", at, args=tuple(below(raw) for entry in entries for raw in (*_many(entry, 3), *_many(entry, 4)))
            )
        case 9:
            steps = tuple(below(raw) for raw in (_one(part, 5), _one(part, 6), _one(part, 7)))
            return Expr("each", at, _one(part, 1).decode(), target=below(_one(part, 2)), args=steps)
        case _:
            raise KeyError(number)


def _const(part: Wire) -> str | float | bool | None:
    for number, value in part:
        if number == _TEXT and isinstance(value, bytes):
            return value.decode()
        if number == _DOUBLE and isinstance(value, bytes):
            return float(struct.unpack("<d", value)[0])
        if number == _BOOL:
            return bool(value)
        if number == _INT and isinstance(value, int):
            return float(value if value < 1 << 63 else value - (1 << 64))
    return None
