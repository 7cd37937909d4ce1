"""The garbage collector's part in speed."""

from __future__ import annotations

import gc

_MANY = 20_000
"""New objects before the collector looks for cycles. One assessment makes some thousands, all of which go by
themselves; Python's own bound of 700 had it look several times for each."""


def settle() -> None:
    """What is loaded now lives as long as the process: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MANY, 10, 10)
