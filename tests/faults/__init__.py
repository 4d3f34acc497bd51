"""What must never go wrong.

    python -m pytest -m fault              reduced counts
    python -m tests.faults --report        the whole of it, and what was measured as a table

A `Fault` of `table.py` is something that may happen; tests carry it as a mark, wherever they stand.
"""
