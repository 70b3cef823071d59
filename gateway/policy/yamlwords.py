"""Says in plain words what YAML could not read, and patches the line so that the rest of the file can be read too."""

import re

import yaml

QUOTE_IT = "put this condition in single quotes"

_ENTRY = re.compile(r"(\s*(?:- +)*(?:([\w-]+): +)?)(\S.*?)\s*")
_CLOSED = re.compile(r"""(?:"[^"]*"|'[^']*'|\[[^\[\]]*\]|\{[^{}]*\})\s*[^\s#,\]}]""")
_CONDITION_KEYS = (None, "when", "not")
_STARTS_EARLIER = (
    "while scanning a simple key",
    "while scanning a quoted scalar",
    "while parsing a quoted scalar",
    "while parsing a flow sequence",
    "while parsing a flow mapping",
)
_WORDS = {
    "did not find expected '-' indicator": "this line is not indented like the list around it",
    "did not find expected key": "this line is not indented like the lines around it, or a quote is missing",
    "mapping values are not allowed in this context": 'a second ": " in one entry: put the text in quotes',
    "could not find expected ':'": 'this line has no ": " after its key',
    "found unexpected end of stream": "this quote is never closed",
    "found unknown escape character": "a backslash in double quotes starts an escape: use single quotes",
    "did not find expected ',' or ']'": "this list in brackets is never closed, or an entry in it needs quotes",
    "did not find expected ',' or '}'": "this map in braces is never closed, or an entry in it needs quotes",
    "did not find expected node content": "an entry is missing here",
    "block sequence entries are not allowed in this context": 'a list cannot begin here: "- " goes on its own line',
    "did not find expected <document start>": "this line is not part of the map or list above it",
}


def explain(text: str, error: yaml.MarkedYAMLError) -> tuple[str, int, int]:
    """What went wrong, with line and column from 1."""
    earlier = error.context in _STARTS_EARLIER and error.problem != "found unknown escape character"
    mark = (error.context_mark if earlier else error.problem_mark) or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    here = lines[line - 1] if line <= len(lines) else ""
    if match := _needs_quotes(here):
        what = QUOTE_IT if match.group(2) in _CONDITION_KEYS else "put this text in single quotes"
        return f"{what}: {_quoted(match.group(3))}", line, len(match.group(1)) + 1
    problem = error.problem or error.context or "unreadable"
    if problem == "found character that cannot start any token":
        tab = here[column - 1 : column] == "\t"
        return ("indent with spaces, not with a tab" if tab else "put this text in quotes"), line, column
    return _WORDS.get(problem, f"YAML cannot read this ({problem})"), line, column


def repair(text: str, line: int) -> tuple[str, bool] | None:
    """The text with one line quoted (exact: True) or emptied, to read on; None where that cannot help."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines) or not lines[line - 1].strip():
        return None
    match = _needs_quotes(lines[line - 1])
    quoted = match.group(1) + _quoted(match.group(3)) if match else ""
    exact = bool(match) and quoted != lines[line - 1]
    lines[line - 1] = quoted if exact else ""
    return "\n".join(lines), exact


def _needs_quotes(line: str) -> re.Match[str] | None:
    """An entry that begins with a sign of YAML's and goes on after it: a text, and most likely a condition."""
    match = _ENTRY.fullmatch(line)
    if match is None or not (match.group(3)[0] in "!&*@%`" or _CLOSED.match(match.group(3))):
        return None
    return match


def _quoted(condition: str) -> str:
    if len(condition) > 1 and condition[0] == condition[-1] == "'":
        return condition
    return "'" + condition.replace("'", "''") + "'"
