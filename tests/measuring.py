"""How much work something is: the thread's own CPU time, without what else the machine and this process do meanwhile.

A process that has run thousands of tests holds so many objects that one collection of garbage takes seconds of CPU.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def work() -> Iterator[Callable[[], float]]:
    """Yields a function that tells the CPU seconds of this thread since the block began."""
    was_enabled = gc.isenabled()
    gc.disable()
    began = time.thread_time()
    try:
        yield lambda: time.thread_time() - began
    finally:
        if was_enabled:
            gc.enable()
