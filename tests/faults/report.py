"""What the tests of faults measured, shown as pytest's summary. tests/conftest.py has its hooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from .table import FAULTS, FULL, Fault

_ENOUGH = 20  # values from which a 95th percentile is worth telling


@dataclass
class Figures:
    """What was measured of one fault."""

    said: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    largest: dict[str, float] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def say(self, what: str) -> None:
        """A figure in words."""
        if what not in self.said:
            self.said.append(what)

    def took(self, what: str, seconds: float) -> None:
        """A time, of which the slowest or the 95th percentile is told."""
        self.seconds[what].append(seconds)

    def worst(self, what: str, value: float) -> None:
        """A number that should be small, of which the largest is told."""
        self.largest[what] = max(value, self.largest.get(what, value))

    def __str__(self) -> str:
        cases = self.passed + self.failed
        parts = [f"{self.passed} of {cases} cases"] if cases > 1 or self.failed else []
        parts += self.said
        parts += [f"{what} at most {value:.1e}" for what, value in self.largest.items()]
        for what, times in self.seconds.items():
            p95 = f"p95 {_seconds(np.quantile(times, 0.95))}, " if len(times) >= _ENOUGH else ""
            parts.append(f"{what} {p95}at most {_seconds(max(times))}")
        return "; ".join(parts)


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.1f} ms"


def measured(fault: Fault) -> str:
    """What is told of a fault."""
    found = RESULTS[fault]
    if not found.passed + found.failed:
        return "not tried here"
    return str(found) or (f"{fault.count:,} of {fault.count:,}" if fault.count else "holds")


RESULTS: dict[Fault, Figures] = defaultdict(Figures)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Where a test of a fault tells what it measured."""
    return RESULTS[_fault_of(request.node)]


def _fault_of(item: pytest.Item) -> Fault:
    marker = item.get_closest_marker("fault")
    assert marker is not None, f"{item.nodeid} shows no fault"
    fault: Fault = marker.args[0]
    return fault


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.Result[pytest.TestReport], None]:
    """Count how the cases of each fault ended."""
    outcome = yield
    report = outcome.get_result()
    if item.get_closest_marker("fault") is None or (report.when != "call" and report.passed):
        return
    found = RESULTS[_fault_of(item)]
    found.files.add(item.path.relative_to(item.config.rootpath).as_posix())
    found.passed += report.passed
    found.failed += report.failed
    found.skipped += report.skipped


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, below what pytest says."""
    if not RESULTS:
        return
    terminalreporter.section(f"faults, {'full' if FULL else 'reduced'} counts")
    table = Table("what happens", "what was measured", box=None, padding=(0, 1), header_style="")
    for fault in FAULTS:
        if fault in RESULTS:
            failed = "FAILED " if RESULTS[fault].failed else ""
            table.add_row(fault.what, failed + measured(fault))
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
    """The table as Markdown: a row a fault, those that were not tried, too."""
    lines = [
        "| what happens | what tpop does | measured | in CI | shown by |",
        "|---|---|---|---|---|",
    ]
    for fault in FAULTS:
        found = RESULTS[fault]
        files = ", ".join(f"`{name}`" for name in sorted(found.files))
        cells = [
            fault.what,
            fault.then,
            measured(fault),
            f"{fault.reduced:,}" if fault.reduced else "the same",
            files,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
