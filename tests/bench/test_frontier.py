"""The frontier of poles: style won against harm done, by weight and bound."""

from __future__ import annotations

import json
from pathlib import Path

from tpop_cli.bench.answer_cache import AnswerCache
from tpop_cli.bench.frontier import frontier, read_axes, rows, with_bounds
from tpop_cli.bench.harm import HarmPlan
from tpop_cli.core.axes import AXES, Axis, Pole


def test_weights_and_bounds_replace_those_of_the_poles() -> None:
    for axis in with_bounds(AXES[:2], 6.0, 0.02):
        assert {(pole.weight, pole.alpha) for pole in axis.poles} == {(6.0, 0.02)}
    assert with_bounds(AXES, 0.0, 0.0) == list(AXES)
    kept = with_bounds(AXES[:1], 6.0, 0.0)[0].toward
    assert (kept.weight, kept.alpha) == (6.0, AXES[0].toward.alpha)


def test_axes_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "axes.json"
    body = {
        "name": "volume",
        "toward": {"name": "loud", "instruction": "Shout."},
        "away": {"name": "quiet", "instruction": "Whisper."},
    }
    file.write_text(json.dumps([body]))
    assert read_axes(file) == [Axis("volume", Pole("loud", "Shout."), Pole("quiet", "Whisper."))]


def test_a_pole_of_a_file_may_have_its_own_weight_and_bound(tmp_path: Path) -> None:
    file = tmp_path / "axes.json"
    loud = {"name": "loud", "instruction": "Shout.", "weight": 2.0, "alpha": 0.03}
    quiet = {"name": "quiet", "instruction": "Whisper."}
    file.write_text(json.dumps([{"name": "volume", "toward": loud, "away": quiet}]))
    assert read_axes(file)[0].toward == Pole("loud", "Shout.", weight=2.0, alpha=0.03)


def test_what_no_prompt_asks_for_is_a_dash(cache: AnswerCache) -> None:
    plan = HarmPlan(
        ("brief",),
        pairs=False,
        n_duels=0,
        split="tune",
        n_tasks=1,
        max_tokens=8,
        kinds=("topics",),
    )
    ((_, _, report),) = frontier(cache, plan, AXES[:1], [1.0], [0.1])
    (line,) = rows(1.0, 0.1, report)
    name, _, _, style, code, facts, language, topic, fences, _, tokens = line.split()
    assert name == "brief"
    assert code == facts == language == fences == "-"
    assert 0 <= float(style) <= 1 and abs(float(topic)) <= 1 and float(tokens) <= 8


def test_every_pole_is_measured_at_every_weight_and_bound(cache: AnswerCache) -> None:
    plan = HarmPlan(
        ("brief", "detailed"), pairs=False, n_duels=0, split="tune", n_tasks=1, max_tokens=8
    )
    found = list(frontier(cache, plan, AXES[:1], [1.0, 4.0], [0.02, 0.5]))
    assert [(weight, alpha) for weight, alpha, _ in found] == [
        (1.0, 0.02),
        (4.0, 0.02),
        (1.0, 0.5),
        (4.0, 0.5),
    ]
    for weight, alpha, report in found:
        brief, detailed = rows(weight, alpha, report)
        assert brief.split()[:3] == ["brief", f"{weight:g}", f"{alpha:.2f}"]
        assert detailed.startswith("detailed")
        assert float(brief.split()[3]) == round(report["steered"][0]["style"]["mean"], 2)
