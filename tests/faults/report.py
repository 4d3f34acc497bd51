"""What the fault tests measured, as a terminal summary and as Markdown.

`tests/conftest.py` imports the fixture and the hooks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from .table import FAULTS, FULL, Fault

_MIN_FOR_P95 = 20  # values needed for a meaningful 95th percentile


@dataclass
class Figures:
    """What the tests of one fault measured."""

    notes: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    largest: dict[str, float] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def note(self, text: str) -> None:
        """Report a result in words; the same words once only."""
        if text not in self.notes:
            self.notes.append(text)

    def add_time(self, what: str, seconds: float) -> None:
        """Add a duration; the report shows the 95th percentile and the maximum."""
        self.seconds[what].append(seconds)

    def add_error(self, what: str, value: float) -> None:
        """Add a value that should be small; the report shows the largest one."""
        self.largest[what] = max(value, self.largest.get(what, value))

    def __str__(self) -> str:
        cases = self.passed + self.failed
        parts = [f"{self.passed} of {cases} cases"] if cases > 1 or self.failed else []
        parts += self.notes
        parts += [f"{what} at most {value:.1e}" for what, value in self.largest.items()]
        for what, times in self.seconds.items():
            enough = len(times) >= _MIN_FOR_P95
            p95 = f"p95 {_duration(np.quantile(times, 0.95))}, " if enough else ""
            parts.append(f"{what} {p95}at most {_duration(max(times))}")
        return "; ".join(parts)


def _duration(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


RESULTS: dict[Fault, Figures] = defaultdict(Figures)


def measured(fault: Fault) -> str:
    """The results of one fault in a line."""
    results = RESULTS[fault]
    if not results.passed + results.failed:
        return "not run"
    return str(results) or (f"{fault.count:,} of {fault.count:,}" if fault.count else "passes")


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Where a fault test reports what it measured."""
    return RESULTS[_fault_of(request.node)]


def _fault_of(item: pytest.Item) -> Fault:
    marker = item.get_closest_marker("fault")
    assert marker is not None, f"{item.nodeid} has no fault mark"
    fault: Fault = marker.args[0]
    return fault


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.Result[pytest.TestReport], None]:
    """Count the outcomes of each fault's tests."""
    outcome = yield
    report = outcome.get_result()
    if item.get_closest_marker("fault") is None or (report.when != "call" and report.passed):
        return
    results = RESULTS[_fault_of(item)]
    results.files.add(item.path.relative_to(item.config.rootpath).as_posix())
    results.passed += report.passed
    results.failed += report.failed
    results.skipped += report.skipped


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the results as a table below pytest's own report."""
    if not RESULTS:
        return
    terminalreporter.section(f"faults, {'full' if FULL else 'reduced'} counts")
    table = Table("fault", "measured", box=None, padding=(0, 1), header_style="")
    for fault in FAULTS:
        if fault in RESULTS:
            failed = "FAILED " if RESULTS[fault].failed else ""
            table.add_row(fault.event, failed + measured(fault))
    console = Console(
        width=max(120, terminalreporter._tw.fullwidth),
        color_system=None,
        markup=False,
        highlight=False,
    )
    with console.capture() as captured:
        console.print(table)
    terminalreporter.write(captured.get())


def markdown() -> str:
    """The results as a Markdown table with a row for every fault, also for those not run."""
    lines = [
        "| fault | what tpop does | measured | tries in CI | tests |",
        "|---|---|---|---|---|",
    ]
    for fault in FAULTS:
        cells = [
            fault.event,
            fault.response,
            measured(fault),
            f"{fault.reduced:,}" if fault.reduced else "the same",
            ", ".join(f"`{name}`" for name in sorted(RESULTS[fault].files)),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
