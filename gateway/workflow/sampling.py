"""Sampling: a declared share of what policies send is put in front of a reviewer afterwards."""

import hashlib


def sampled(run_id: int, share: float) -> bool:
    """Whether a run is among the share that is looked at. The same run always is, or never."""
    digest = hashlib.sha256(f"sample:{run_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
