"""What each answer of the harm bench kept: one number for each seed and prompt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .answer_cache import CachedAnswer
from .code_check import passes
from .harm_code import CodeTask
from .harm_tasks import KINDS, HarmTasks
from .language import identify
from .measures import covers_topic, fences_whole, names_answer, quotes
from .users import User

Answers = Sequence[CachedAnswer]
"""One answer for each task, in the order of `HarmTasks.prompts`."""

Outcomes = npt.NDArray[np.float64]
"""Shape (n_seeds, n_prompts)."""

MEASURES = ("code", "facts", "language", "topic", "fences", "quoting")
"""What is measured of every answer. Less is better for quoting, more for the others."""


class CodeChecks:
    """Runs the code of answers, and remembers the result: equal answers are run once."""

    def __init__(self) -> None:
        self._passed: dict[tuple[CodeTask, str], bool] = {}

    def passes(self, task: CodeTask, text: str) -> bool:
        """Whether the code in an answer passes the task's tests."""
        if (task, text) not in self._passed:
            self._passed[task, text] = passes(text, task.function, task.tests)
        return self._passed[task, text]


def harm_outcomes(
    tasks: HarmTasks, answers: Sequence[Answers], instructions: Sequence[str], checks: CodeChecks
) -> dict[str, Outcomes]:
    """What answers kept.

    Args:
        tasks: what was asked.
        answers: the answers of each seed.
        instructions: those that steered the answers; quotes are looked for.
        checks: runs code.

    Returns:
        Each of `MEASURES` -> 1 or 0 for each seed, and each prompt on which it is measured.
    """
    rows: dict[str, list[list[bool]]] = {name: [] for name in MEASURES}
    for of_seed in answers:
        code, facts, language, topics = _by_kind(tasks, of_seed)
        rows["code"].append(
            [checks.passes(t, a.text) for t, a in zip(tasks.code, code, strict=True)]
        )
        rows["facts"].append(
            [names_answer(t.answers, a.text) for t, a in zip(tasks.facts, facts, strict=True)]
        )
        rows["language"].append(
            [identify(a.text) == t.language for t, a in zip(tasks.language, language, strict=True)]
        )
        rows["topic"].append(
            [
                covers_topic(t.prompt, t.stems, a.text)
                for t, a in zip(tasks.topics, topics, strict=True)
            ]
        )
        rows["fences"].append([fences_whole(a.text, a.finish_reason == "stop") for a in code])
        rows["quoting"].append([quotes(instructions, a.text) for a in of_seed])
    return {name: np.array(found, dtype=float) for name, found in rows.items()}


def style_wins(
    tasks: HarmTasks,
    users: Sequence[User],
    answers: Sequence[Answers],
    plain: Sequence[Answers],
    on: str = "topics",
) -> Outcomes | None:
    """How often users prefer steered answers to plain ones, on the prompts of one kind of task.

    Returns:
        The mean over the users of 1, ½ or 0, for each seed and prompt; None without users or
        prompts.
    """
    kind = KINDS.index(on)
    if not users or not getattr(tasks, on):
        return None
    return np.array(
        [
            [
                np.mean([user.prefers(a.text, b.text) for user in users])
                for a, b in zip(
                    _by_kind(tasks, own)[kind], _by_kind(tasks, base)[kind], strict=True
                )
            ]
            for own, base in zip(answers, plain, strict=True)
        ]
    )


def mean_tokens(answers: Sequence[Answers]) -> float:
    """The mean number of tokens of an answer."""
    return float(np.mean([len(answer.tokens) for of_seed in answers for answer in of_seed]))


def _by_kind(tasks: HarmTasks, answers: Answers) -> list[Answers]:
    """Answers to code tasks, facts, other languages and topics."""
    kinds, start = [], 0
    for kind in (tasks.code, tasks.facts, tasks.language, tasks.topics):
        kinds.append(answers[start : start + len(kind)])
        start += len(kind)
    return kinds
