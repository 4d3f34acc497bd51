"""The tables of the harm bench."""

from __future__ import annotations

from typing import Any

from tpop_cli.ui.harm import harm_report

from .console import draw

NAMES = ("code", "facts", "language", "topic", "fences", "quoting")
RATE = {"mean": 0.25, "low": 0.0, "high": 0.5}


def result(**changes: Any) -> dict[str, Any]:
    rates = dict.fromkeys(NAMES, RATE)
    row = {"kind": "pole", "name": "brief", "measures": rates, "differences": rates}
    row |= {"style": {"mean": 0.9, "low": 0.8, "high": 1.0}, "tokens": 31.4}
    return {
        "prompts": {"code": 12, "facts": 24, "language": 24, "topics": 16},
        "plain": {"measures": rates, "tokens": 99.6},
        "steered": [row, {**row, "kind": "taught", "name": "short", "style": None}],
        "mean_of_poles": {"differences": rates, "style": RATE},
        **changes,
    }


def test_shares_differences_style_and_length_are_shown() -> None:
    shown = [" ".join(line.split()) for line in draw(harm_report(result()), 200)]
    assert shown[0].endswith("(12 code, 24 facts, 24 language, 16 topics; 95% intervals)")
    share, difference = "0.25 [0.00, 0.50]", "+0.25 [+0.00, +0.50]"
    assert f"plain {' '.join([share] * 6)} - 100" in shown
    assert f"brief {' '.join([share] * 6)} 0.90 [0.80, 1.00] 31" in shown
    assert f"taught: short {' '.join([share] * 6)} - 31" in shown
    assert f"brief {' '.join([difference] * 6)}" in shown
    assert f"mean of the poles {' '.join([difference] * 6)}" in shown


def test_without_poles_there_is_no_mean() -> None:
    nothing = {"differences": dict.fromkeys(NAMES), "style": None}
    shown = draw(harm_report(result(mean_of_poles=nothing)), 200)
    assert not any(line.startswith("mean of the poles") for line in shown)


def test_on_a_narrow_terminal_names_stay_whole_and_no_number_is_cut() -> None:
    shown = "\n".join(draw(harm_report(result()), 110))
    assert "taught: short" in shown
    assert "mean of the poles" in shown
    assert shown.count("0.50]") == 6 * 6
    assert "…" not in shown
