"""Reads the form in which an edit is tried: a text that was pasted, or files that were uploaded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from gateway.errors import GatewayError
from gateway.pages.policies.files import lines
from gateway.policy import Problem
from gateway.policy.scope import BESIDE
from gateway.policy.source import KNOWN_FOLDERS, MAX_BYTES

LARGEST_FORM = 2 * 1024 * 1024  # bytes
MOST_FILES = 100
LONGEST_PATH = 200


class EditTooLarge(GatewayError):
    """The form is larger than a set of policies has any need to be."""

    status = 413
    title = "The edit is too large"


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wants to try. `changes` are contents by path, None for a file that is taken out; `path` and `text`
    are what stood in the form. `problems` are what keeps it from being tried."""

    path: str = ""
    text: str = ""
    changes: Mapping[str, bytes | None] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def over(self, texts: Mapping[str, str]) -> dict[str, bytes]:
        """The files of a set with this edit made."""
        changed = {path: text.encode() for path, text in texts.items()} | dict(self.changes)
        return {path: content for path, content in changed.items() if content is not None}


async def read_edit(request: Request, known: Mapping[str, str]) -> Edit:
    """The edit in a form. `known` are the files in force, among which an upload finds its place by its name.

    Raises EditTooLarge before anything is read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LARGEST_FORM:
        raise EditTooLarge(
            f"a form holds at most {LARGEST_FORM // 1024**2} MB, and says how long it is",
            remedy="Upload only the files that you changed",
        )
    async with request.form(max_files=MOST_FILES, max_fields=10, max_part_size=2 * MAX_BYTES) as form:
        path, text = _field(form, "path").strip().lstrip("/"), _field(form, "text")
        uploads = [item for item in form.getlist("files") if isinstance(item, UploadFile) and item.filename]
        contents = [(upload.filename or "", await upload.read(MAX_BYTES + 1)) for upload in uploads]
    return _edit(path, text, contents, known)


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else ""


def _edit(path: str, text: str, contents: list[tuple[str, bytes]], known: Mapping[str, str]) -> Edit:
    changes: dict[str, bytes | None] = {}
    problems: list[Problem] = []
    only = path if len(contents) == 1 and not text.strip() else ""
    for name, content in contents:
        found = [only] if only else list(_places(name, known))
        if len(found) == 1:
            changes[found[0]] = content
        else:
            problems.append(_unplaced(name, found))
    if path and not only:
        # Browsers send CRLF, and a pasted text often ends without one.
        changes[path] = ("\n".join(lines(text)) + "\n").encode() if text.strip() else None
    elif text.strip() and not path:
        problems.append(Problem("the pasted text", 1, 1, "say in the field Path which file this is"))
    problems += _no_policy_files(changes, known)
    if not changes and not problems:
        problems.append(Problem("the form", 1, 1, "there is nothing to try: paste a text, or choose files"))
    return Edit(path[:LONGEST_PATH], text, changes, tuple(problems))


def _places(name: str, known: Mapping[str, str]) -> Iterator[str]:
    """Where an uploaded file can stand. Browsers send its name, and its folders only where a folder was chosen."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    for number, part in enumerate(parts[:-1]):
        if part in KNOWN_FOLDERS:
            yield "/".join(parts[number:])
            return
    yield from (path for path in known if PurePosixPath(path).name == parts[-1])


def _unplaced(name: str, found: list[str]) -> Problem:
    told = " and ".join(found)
    why = f"it could be {told}" if found else "no file in force has this name"
    return Problem(name[:LONGEST_PATH], 1, 1, f"{why}: upload it alone, with its path in the field Path")


def _no_policy_files(changes: Mapping[str, bytes | None], known: Mapping[str, str]) -> Iterator[Problem]:
    for path, content in changes.items():
        shown = path[:LONGEST_PATH]
        if content is None and path not in known:
            yield Problem(shown, 1, 1, "there is no such file to take out: paste its text, or correct the path")
        elif len(path) > LONGEST_PATH or not path.isprintable():
            yield Problem(shown, 1, 1, f"a path has at most {LONGEST_PATH} letters")
        elif not path.endswith((".yaml", ".yml")) or PurePosixPath(path).parts[0] in BESIDE:
            yield Problem(shown, 1, 1, "a policy file is named as in approval/refunds.yaml")
