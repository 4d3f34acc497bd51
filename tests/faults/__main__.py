"""python -m tests.faults [--reduced] [--report [FILE]]

Runs every fault test with full counts and shows the results. With --report, prints the table as
Markdown, or writes it between the two markers in FILE.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->"


def main() -> int:
    """Run the tests and return pytest's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--reduced", action="store_true", help="use the counts of CI")
    parser.add_argument(
        "--report",
        nargs="?",
        const="-",
        metavar="FILE",
        help="print the table as Markdown, or write it into FILE",
    )
    options = parser.parse_args()
    os.environ["TPOP_FAULTS"] = "reduced" if options.reduced else "full"
    code = pytest.main(["-m", "fault", "-q", "--timeout", "7200", str(Path(__file__).parents[1])])
    from .report import markdown

    if options.report == "-":
        print(markdown())
    elif options.report:
        page = Path(options.report)
        before, rest = page.read_text("utf-8").split(BEGIN)
        page.write_text(before + BEGIN + markdown() + "\n" + END + rest.split(END)[1], "utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
