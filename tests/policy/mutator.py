"""Breaks policy files in the ways in which people, editors and attackers break them."""

import random
import string
from collections.abc import Callable

Mutation = Callable[[str, random.Random], str | bytes]


def mutations() -> list[Mutation]:
    return [
        *(_drop_quote, _drop_character, _double_character, _swap_lines, _shift_indent, _tab, _misspell, _wrong_type),
        *(
            _drop_line,
            _repeat_line,
            _repeat_block,
            _cut,
            _deep_flow,
            _deep_block,
            _huge,
            _bomb,
            _anchor,
            _tag,
            _encoding,
        ),
        *(_nul, _control, _lone_surrogate, _long_line, _second_document, _replace_scalar, _swap_words, _curly_quotes),
        *(_unquote, _comment_out, _random_bytes, _merge_key, _unclosed, _long_condition, _byte_order),
    ]


def _line(text: str, chance: random.Random) -> tuple[list[str], int]:
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")]
    return lines, chance.choice(filled)


def _edit(text: str, chance: random.Random, change: Callable[[str], str]) -> str:
    lines, at = _line(text, chance)
    lines[at] = change(lines[at])
    return "\n".join(lines)


def _drop_quote(text: str, chance: random.Random) -> str:
    places = [at for at, char in enumerate(text) if char in "\"'"]
    at = chance.choice(places or [0])
    return text[:at] + text[at + 1 :]


def _drop_character(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1 :]


def _double_character(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at] * 2 + text[at + 1 :]


def _swap_lines(text: str, chance: random.Random) -> str:
    lines, one = _line(text, chance)
    _, other = _line(text, chance)
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _shift_indent(text: str, chance: random.Random) -> str:
    return _edit(text, chance, lambda line: " " * chance.randrange(1, 4) + line if chance.random() < 0.5 else line[1:])


def _tab(text: str, chance: random.Random) -> str:
    return _edit(text, chance, lambda line: "\t" + line.lstrip())


def _misspell(text: str, chance: random.Random) -> str:
    words = [at for at in range(1, len(text)) if text[at].isalpha() and text[at - 1].isalpha()]
    at = chance.choice(words)
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


def _wrong_type(text: str, chance: random.Random) -> str:
    wrong = chance.choice(["[1, 2]", "{a: b}", "12", "true", "~", "2026-10-05", "", "!!binary aGk=", "> \n", "0x1F"])
    return _edit(text, chance, lambda line: line.partition(":")[0] + ": " + wrong)


def _drop_line(text: str, chance: random.Random) -> str:
    lines, at = _line(text, chance)
    return "\n".join(lines[:at] + lines[at + 1 :])


def _repeat_line(text: str, chance: random.Random) -> str:
    lines, at = _line(text, chance)
    return "\n".join(lines[: at + 1] + lines[at:])


def _repeat_block(text: str, chance: random.Random) -> str:
    return text + text[text.rfind("  - rule:") :]


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


def _deep_flow(text: str, chance: random.Random) -> str:
    opening = chance.choice(["[", "{a: ", "{all: [", '["', "[{"])
    return _edit(text, chance, lambda line: line.partition(":")[0] + ": " + opening * chance.choice([30, 3000, 40_000]))


def _deep_block(text: str, chance: random.Random) -> str:
    return text + "".join("  " * depth + "not:\n" for depth in range(chance.choice([30, 300])))


def _huge(text: str, chance: random.Random) -> str:
    filler = chance.choice(
        ["# padding\n", "\n", "  - rule: r\n    when: always\n    then: {reply: review}\n", "x: y\n"]
    )
    return text + filler * (chance.choice([200_000, 400_000]) // len(filler))


def _bomb(text: str, chance: random.Random) -> str:
    return text + "x0: &x0 [a, a]\n" + "".join(f"x{n}: &x{n} [*x{n - 1}, *x{n - 1}]\n" for n in range(1, 60))


def _anchor(text: str, chance: random.Random) -> str:
    return _edit(text, chance, lambda line: line.replace(": ", ": &a ", 1) if ": " in line else line + " *a")


def _tag(text: str, chance: random.Random) -> str:
    tag = chance.choice(["!!python/object/apply:os.system ", "!!set ", "!x ", "!<tag:example.com,2026:x> "])
    return _edit(text, chance, lambda line: line.replace(": ", f": {tag}", 1))


def _encoding(text: str, chance: random.Random) -> bytes:
    return text.replace("a", "ä", 1).encode(chance.choice(["utf-16", "utf-32", "latin-1", "cp1252", "utf-16-be"]))


def _nul(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + "\0" + text[at:]


def _control(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice("\x07\x1b\x7f\x85\u2028\ufffe\u200b\u202e") + text[at:]


def _lone_surrogate(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + "\ud83d" + text[at:]


def _long_line(text: str, chance: random.Random) -> str:
    return _edit(text, chance, lambda line: line + chance.choice("ax9_") * chance.choice([2000, 100_000]))


def _second_document(text: str, chance: random.Random) -> str:
    return text + chance.choice(["---\n", "...\n---\na: b\n", "--- !x\n"])


def _replace_scalar(text: str, chance: random.Random) -> str:
    noise = "".join(chance.choice(string.printable) for _ in range(chance.randrange(1, 30))).replace("\n", " ")
    return _edit(text, chance, lambda line: line.partition(": ")[0] + ": " + noise)


def _swap_words(text: str, chance: random.Random) -> str:
    pairs = [
        *(("review", "reveiw"), ("all:", "any:"), (" in ", " of "), ("==", "="), (">", "=>"), ("screen.", "screens.")),
        *(("team", "taem"), ("within: ", "within: in "), ("[", "("), ("when:", "if:"), ("- ", "-"), (": ", ":")),
    ]
    usable = [pair for pair in pairs if pair[0] in text] or [("a", "b")]
    return text.replace(*chance.choice(usable), 1)


def _curly_quotes(text: str, chance: random.Random) -> str:
    return text.replace('"', "“", 1).replace('"', "”", 1)


def _unquote(text: str, chance: random.Random) -> str:
    return text.replace("'", "")


def _comment_out(text: str, chance: random.Random) -> str:
    return _edit(text, chance, lambda line: line[: len(line) // 2] + " # " + line[len(line) // 2 :])


def _random_bytes(text: str, chance: random.Random) -> bytes:
    raw = bytearray(text.encode())
    for _ in range(chance.randrange(1, 20)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw)


def _merge_key(text: str, chance: random.Random) -> str:
    return text + "<<: {rules: []}\n"


def _unclosed(text: str, chance: random.Random) -> str:
    return _edit(text, chance, lambda line: line + chance.choice([' "', " '", " [", " {", " |", " >", " ("]))


def _long_condition(text: str, chance: random.Random) -> str:
    long = chance.choice(
        ["requester.vip && " * 500, "(" * 5000, "!" * 900 + "requester.vip", '"a" + ' * 150 + '"a" == "b"']
    )
    return text + f"  - rule: long\n    when: '{long}'\n    then: {{reply: review}}\n"


def _byte_order(text: str, chance: random.Random) -> str:
    return "\ufeff" * chance.choice([1, 2]) + text
