"""How much of the fault suite runs: a sample in `make test`, all of it in `make faults`."""

import os
import random

WHOLE = os.environ.get("COUNTERSIGN_FAULTS") == "whole"
SEED = int(os.environ.get("COUNTERSIGN_FAULTS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)


def size(sample: int, whole: int) -> int:
    """How many of something: events, kills, seconds."""
    return whole if WHOLE else sample


def chance() -> random.Random:
    """What is random in a fault test comes from the seed that the run prints."""
    return random.Random(SEED)
