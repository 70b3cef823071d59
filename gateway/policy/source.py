"""Where the files of a policy set come from, and the version that they make together."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from gateway.policy.errors import Problem, did_you_mean
from gateway.policy.scope import BESIDE, FOLDERS, TOPICS

MAX_BYTES = 256 * 1024
MAX_FILES = 500
TEST_SUFFIX = ".test.yaml"
KNOWN_FOLDERS = (*FOLDERS, TOPICS)

Source = Path | Mapping[str, str] | Mapping[str, bytes]
"""A folder, or its files as {path inside the folder: content}, which is how a published set is kept."""


@dataclass(slots=True)
class Files:
    """The files of one set, by their path inside it."""

    texts: dict[str, str] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def version(self) -> str:
        """SHA-256 over paths and contents of everything that binds: rules and topics, not their tests."""
        digest = hashlib.sha256()
        for path in sorted(path for path in self.contents if not path.endswith(TEST_SUFFIX)):
            name, content = path.encode(), self.contents[path]
            digest.update(b"%d %b %d %b\n" % (len(name), name, len(content), content))
        return digest.hexdigest()

    def kind(self, path: str) -> str:
        """The folder that decides what a file may say."""
        return PurePosixPath(path).parts[0] if len(PurePosixPath(path).parts) > 1 else ""


def read_files(source: Source) -> Files:
    """Every policy file of a source. What is no policy file (README, schema, prompts) is left out."""
    files = Files()
    try:
        found: Mapping[str, str | bytes] = _from_folder(source) if isinstance(source, Path) else {**source}
    except OSError as error:
        files.problems.append(Problem(str(source), 1, 1, f"this folder cannot be read ({error.strerror})"))
        return files
    if len(found) > MAX_FILES:
        files.problems.append(Problem(sorted(found)[MAX_FILES], 1, 1, f"more than {MAX_FILES} files in one set"))
    for path in sorted(found)[:MAX_FILES]:
        _take(files, path, found[path])
    if not files.contents and not files.problems:
        files.problems.append(
            Problem(str(source) if isinstance(source, Path) else ".", 1, 1, "there is no policy file here")
        )
    return files


def _take(files: Files, path: str, content: str | bytes) -> None:
    if not path.endswith((".yaml", ".yml")) or files.kind(path) in BESIDE:
        return

    def problem(message: str, line: int = 1, column: int = 1) -> None:
        files.problems.append(Problem(path, line, column, message))

    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    folder = files.kind(path)
    if path.endswith(".yml"):
        problem('a policy file ends in ".yaml"')
    elif folder not in KNOWN_FOLDERS and not (folder == "" and path.endswith(TEST_SUFFIX)):
        where = f'"{folder}" is no folder of policies' if folder else "a policy file stands in a folder"
        problem(f"{where}.{did_you_mean(folder, KNOWN_FOLDERS) or ' Known: ' + ', '.join(KNOWN_FOLDERS) + '.'}")
    elif len(raw) > MAX_BYTES:
        problem(f"larger than {MAX_BYTES // 1024} kB")
    else:
        files.contents[path] = raw
        try:
            files.texts[path] = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
            if not files.texts[path].endswith("\n"):
                line = files.texts[path].count("\n") + 1
                problem("the last line has no end: was this file cut off while it was written?", line)
        except UnicodeDecodeError as error:
            before = raw[: error.start]
            problem(
                "this is not UTF-8: save the file as UTF-8", before.count(b"\n") + 1, error.start - before.rfind(b"\n")
            )


def _from_folder(folder: Path) -> dict[str, bytes]:
    """Files below a folder, a byte more of each than is allowed. Hidden files and folders are skipped."""
    found: dict[str, bytes] = {}
    pending = [folder]
    while pending and len(found) <= MAX_FILES:
        for entry in sorted(pending.pop().iterdir()):
            path = entry.relative_to(folder).as_posix()
            if entry.name.startswith(".") or path in BESIDE:
                continue
            if entry.is_dir():
                if len(PurePosixPath(path).parts) <= 4:
                    pending.append(entry)
            elif entry.suffix in (".yaml", ".yml") and entry.is_file():
                with entry.open("rb") as file:
                    found[path] = file.read(MAX_BYTES + 1)
    return found
