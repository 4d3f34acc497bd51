"""The tasks of the harm bench, in two sets that share no prompt.

Steering is chosen on the set "tune". Results are reported on the set "report"; nothing is ever
chosen by it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from . import harm_code, harm_facts, harm_language, harm_topics
from .harm_code import CodeTask
from .harm_facts import FactTask
from .harm_language import LanguageTask
from .harm_topics import TopicTask

KINDS: tuple[str, ...] = ("code", "facts", "language", "topics")
"""The kinds of tasks."""


@dataclass(frozen=True)
class HarmTasks:
    """The tasks of a split, by what is checked in their answers."""

    code: tuple[CodeTask, ...]
    facts: tuple[FactTask, ...]
    language: tuple[LanguageTask, ...]
    topics: tuple[TopicTask, ...]

    @property
    def prompts(self) -> list[str]:
        """Every prompt."""
        kinds = (self.code, self.facts, self.language, self.topics)
        return [task.prompt for kind in kinds for task in kind]

    def of(self, kinds: Collection[str]) -> HarmTasks:
        """The tasks of these kinds alone."""
        none: dict[str, Any] = {kind: () for kind in KINDS if kind not in kinds}
        return replace(self, **none)

    def first(self, n: int) -> HarmTasks:
        """At most n tasks of each kind. Of every language there is at least one."""
        languages = dict.fromkeys(task.language for task in self.language)
        each = -(-n // max(1, len(languages)))
        chosen = [[t for t in self.language if t.language == code][:each] for code in languages]
        return HarmTasks(
            self.code[:n],
            self.facts[:n],
            tuple(task for tasks in chosen for task in tasks),
            self.topics[:n],
        )


HARM_SPLITS: dict[str, HarmTasks] = {
    "report": HarmTasks(
        harm_code.REPORT, harm_facts.REPORT, harm_language.REPORT, harm_topics.REPORT
    ),
    "tune": HarmTasks(harm_code.TUNE, harm_facts.TUNE, harm_language.TUNE, harm_topics.TUNE),
}
"""Name of a split -> its tasks."""
