"""Python's garbage collector in processes that stay: what they load when they start is not looked through for ever."""

import gc


def hold_back() -> None:
    """Before the imports of a process that stays: the collector would look through all of them again and again, and
    find nothing (0.7 of 3.9 s of CPU for a worker)."""
    gc.disable()


def go_on() -> None:
    """When all is loaded. It stays for good, so that the collector never looks at it; what comes after, it looks at."""
    gc.freeze()
    # A run leaves thousands of objects that reference counts free by themselves; the default looks after each 700.
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
