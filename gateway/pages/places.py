"""Where a line of a policy file stands on our pages: one address for whoever links to it and whoever shows it."""

from urllib.parse import quote


def anchor(path: str, line: int) -> str:
    """The id of a line on the page of its set, which is also the fragment that leads there."""
    return f"{quote(path)}-L{line}"


def place(path: str, line: int | None, version: str | None = None) -> str:
    """The address of a line: in the set of a version, or in the one in force."""
    where = f"/policies/sets/{quote(version, safe='')}" if version else "/policies"
    return f"{where}#{anchor(path, line or 1)}"
