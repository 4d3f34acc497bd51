"""What must never go wrong. Heavy tests run a reduced count; TPOP_FAULTS=full runs the whole of it."""

from __future__ import annotations

import os


def count(reduced: int, full: int) -> int:
    """How often a fault is tried."""
    return full if os.environ.get("TPOP_FAULTS") == "full" else reduced
