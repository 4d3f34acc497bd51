"""The JSON form of an answer, which --json prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..decoding.arm import Arm
    from ..session.duel import Duel
    from ..session.session import Session


def answer_report(session: Session, prompt: str, arm: Arm, seconds: float) -> dict[str, Any]:
    """An answer as a JSON object; docs/answer.schema.json describes it."""
    return {
        "prompt": prompt,
        "answer": arm.answer,
        "profile": session.profile.name if session.profile else None,
        "model": Path(session.engine.info.path).stem,
        "seed": session.options.seed,
        "finish_reason": arm.finish_reason,
        "strengths": arm.strengths,
        "said": _said(session),
        "tokens": {"prompt": max(map(len, arm.request.prompts)), "answer": len(arm.tokens)},
        "timings": {
            "seconds": round(seconds, 3),
            "tokens_per_second": round(len(arm.tokens) / max(seconds, 1e-6), 1),
        },
    }


def _said(session: Session) -> list[str]:
    """Which of the strengths the user said: names of axes, and wishes in their own words."""
    profile = session.profile
    return list(profile.said.on(profile.axes)) if profile else []


def duel_report(duel: Duel, verdict: str) -> dict[str, Any]:
    """The keys that a duel adds to `answer_report`."""
    return {
        "candidates": [
            {
                "arm": name,
                "text": arm.answer,
                "strengths": arm.strengths,
                "finish_reason": arm.finish_reason,
            }
            for name, arm in zip(("exploit", "explore"), duel.arms, strict=True)
        ],
        "left": duel.left,
        "verdict": verdict,
        "predicted": round(duel.predicted, 4),
    }
