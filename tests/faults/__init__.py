"""Fault injection: tests that make something go wrong and check what tpop does.

    python -m pytest -m fault              reduced counts, as in CI
    python -m tests.faults --report        full counts, and a table of the results

`table.py` lists the faults. Tests name their fault with a mark, in this directory and elsewhere.
"""
