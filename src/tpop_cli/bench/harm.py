"""The harm bench: does a steered answer keep what was asked for, and does it win the style?

Steered answers are compared with plain ones to the same prompts with the same seeds. How a pole
steers is not known here: `decoding.requests.request_arm` makes every request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.axes import AXES, Axis
from ..core.response_matrix import ResponseMatrix
from ..core.steering import Steer, instructions
from ..decoding.arm import ArmRequest
from ..engine.protocol import Sampling
from .answer_cache import AnswerCache
from .harm_outcomes import MEASURES, Answers, CodeChecks, harm_outcomes, mean_tokens, style_wins
from .harm_tasks import HARM_SPLITS, KINDS, HarmTasks
from .harm_users import ON_CODE, PAIRS, STYLE_USERS, TAUGHT
from .progress import ProgressMeter
from .prompts import SPLITS
from .simulate import Player, Setting, Variant, answer_requests, play
from .taste import Rate, rate
from .user_groups import USERS
from .users import User

MAX_TOKENS = 160
"""Maximum tokens of an answer, unless the command is given another number."""


@dataclass(frozen=True)
class Steering:
    """A way to steer that the bench measures.

    Args:
        kind: "pole", "pair" or "taught".
        name: of the pole, the pair or the user who taught.
        strengths: axis name -> s.
        users: judge the style.
    """

    kind: str
    name: str
    strengths: Mapping[str, float]
    users: tuple[User, ...] = ()


@dataclass(frozen=True)
class HarmPlan:
    """What the harm bench measures.

    Args:
        poles: names of poles.
        amounts: the |s| at which each pole is measured alone. Pairs are at full strength.
        pairs: whether pairs of these poles are measured, too.
        n_duels: how many duels teach each simulated user's profile; 0: no profiles.
        taught: how many users teach a profile.
        split: the tasks and prompts to use, "report" or "tune".
        n_tasks: tasks of each kind; 0: all.
        seeds: answers to each prompt.
        max_tokens: for every answer.
        steer: how strengths steer.
        kinds: the kinds of tasks, among "code", "facts", "language" and "topics".
    """

    poles: tuple[str, ...] = tuple(pole.name for axis in AXES for pole in axis.poles)
    amounts: tuple[float, ...] = (1.0,)
    pairs: bool = True
    n_duels: int = 10
    taught: int = 4
    split: str = "report"
    n_tasks: int = 0
    seeds: int = 1
    max_tokens: int = MAX_TOKENS
    steer: Steer = "contrast"
    kinds: tuple[str, ...] = KINDS

    @property
    def tasks(self) -> HarmTasks:
        """The tasks of the plan."""
        every = HARM_SPLITS[self.split].of(self.kinds)
        return every.first(self.n_tasks) if self.n_tasks else every


@dataclass
class HarmBench:
    """Measures a plan on a model.

    Args:
        plan: what is measured.
        cache: has the answers, and decodes those that are missing.
        response: the response matrix of the model, from which profiles learn.
        sampling: of every answer.
        progress: counts the answers of each stage.
        axes: whose poles are measured.
    """

    plan: HarmPlan
    cache: AnswerCache
    response: ResponseMatrix = ResponseMatrix({})
    sampling: Sampling = Sampling()
    progress: ProgressMeter = field(default_factory=ProgressMeter)
    axes: Sequence[Axis] = AXES

    # -- what is measured --------------------------------------------------------------------------

    def poles(self) -> list[Steering]:
        """Each pole of the plan at each amount."""
        return [
            Steering(
                "pole",
                pole.name if amount == 1 else f"{pole.name} ({amount:g})",
                {axis.name: sign * amount},
                STYLE_USERS.get(pole.name, ()),
            )
            for axis in self.axes
            for pole, sign in zip(axis.poles, (1.0, -1.0), strict=True)
            if pole.name in self.plan.poles
            for amount in self.plan.amounts
        ]

    def pairs(self) -> list[Steering]:
        """The pairs of which the plan has both poles."""
        whole = replace(self, plan=replace(self.plan, amounts=(1.0,)))
        single = {steering.name: steering for steering in whole.poles()}
        return [
            Steering(
                "pair",
                f"{a} + {b}",
                {**single[a].strengths, **single[b].strengths},
                single[a].users + single[b].users,
            )
            for a, b in PAIRS
            if self.plan.pairs and {a, b} <= set(single)
        ]

    def taught(self) -> list[Steering]:
        """Profiles that simulated users taught, in sessions as the program's own.

        Raises:
            KeyboardInterrupt: the engine's stop flag was set.
        """
        plan = self.plan
        if not plan.n_duels:
            return []
        setting = Setting(
            self.axes,
            self.response,
            SPLITS[plan.split][0],
            judged=(),
            counts=(plan.n_duels,),
            sampling=self.sampling,
            max_tokens=plan.max_tokens,
            steer=plan.steer,
        )
        players = [
            Player(USERS[name], Variant(), seed=0) for name in TAUGHT[plan.split][: plan.taught]
        ]
        traces = play(players, setting, self.cache, self.progress)
        return [
            Steering("taught", trace.user, trace.strengths[plan.n_duels], (USERS[trace.user],))
            for trace in traces
        ]

    # -- answers -----------------------------------------------------------------------------------

    def requests(self, strengths: Mapping[str, float]) -> list[list[ArmRequest]]:
        """Requests for answers to all prompts: one list for each seed."""
        plan = self.plan
        return [
            answer_requests(
                self.cache.engine,
                plan.tasks.prompts,
                self.axes,
                strengths,
                self.sampling,
                seed,
                plan.max_tokens,
                plan.steer,
            )
            for seed in range(plan.seeds)
        ]

    def _answers(self, strengths: Mapping[str, float]) -> list[Answers]:
        return [[self.cache[key] for key in keys] for keys in self.requests(strengths)]

    def decode(self) -> list[Steering]:
        """Decode every answer that the report needs. Returns what it measures.

        Raises:
            KeyboardInterrupt: the engine's stop flag was set. The cache keeps what was decoded.
        """
        steerings = [*self.poles(), *self.pairs(), *self.taught()]
        wanted = [{}, *(steering.strengths for steering in steerings)]
        needed = [key for strengths in wanted for keys in self.requests(strengths) for key in keys]
        self.progress.begin("answers", len(self.cache.missing(needed)))
        if not self.cache.fill(needed, self.progress.advance):
            raise KeyboardInterrupt
        return steerings

    # -- the report --------------------------------------------------------------------------------

    def report(self, steerings: Sequence[Steering]) -> dict[str, Any]:
        """Measure what `decode` returned. Returns the report as a JSON object."""
        tasks, checks, largest = self.plan.tasks, CodeChecks(), max(self.plan.amounts)
        plain = self._answers({})
        self.progress.begin("running code", 1 + len(steerings))
        base = harm_outcomes(tasks, plain, (), checks)
        self.progress.advance()
        rows: list[dict[str, Any]] = []
        differences: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in MEASURES}
        styles: list[npt.NDArray[np.float64]] = []
        for steering in steerings:
            answers = self._answers(steering.strengths)
            read = instructions(self.axes, [steering.strengths], self.plan.steer)
            found = harm_outcomes(tasks, answers, read, checks)
            own_base = base | {"quoting": harm_outcomes(tasks, plain, read, checks)["quoting"]}
            on = "code" if steering.name.split(" (")[0] in ON_CODE else "topics"
            style = style_wins(tasks, steering.users, answers, plain, on)
            rows.append(
                {
                    "kind": steering.kind,
                    "name": steering.name,
                    "strengths": dict(steering.strengths),
                    "users": [user.name for user in steering.users],
                    "measures": _rates(found),
                    "differences": _rates({m: found[m] - own_base[m] for m in MEASURES}),
                    "style": None if style is None else _rate(style),
                    "languages": _by_language(tasks, found["language"]),
                    "tokens": round(mean_tokens(answers), 1),
                }
            )
            if steering.kind == "pole" and max(map(abs, steering.strengths.values())) == largest:
                for name in MEASURES:
                    differences[name].append(found[name] - own_base[name])
                styles += [] if style is None else [style]
            self.progress.advance()
        return {
            "plan": asdict(self.plan),
            "sampling": asdict(self.sampling),
            "prompts": {
                "code": len(tasks.code),
                "facts": len(tasks.facts),
                "language": len(tasks.language),
                "topics": len(tasks.topics),
            },
            "plain": {
                "measures": _rates(base),
                "languages": _by_language(tasks, base["language"]),
                "tokens": round(mean_tokens(plain), 1),
            },
            "steered": rows,
            "mean_of_poles": {
                "differences": _rates(differences),
                "style": _rate(np.array(styles)) if styles else None,
            },
        }


def _rate(outcomes: npt.NDArray[np.float64]) -> dict[str, float]:
    """The mean of outcomes of shape (n_seeds, n_prompts) or (n_poles, n_seeds, n_prompts)."""
    found: Rate = rate(outcomes if outcomes.ndim == 3 else outcomes[None])
    return {name: round(value, 4) for name, value in asdict(found).items()}


def _rates(outcomes: Mapping[str, Any]) -> dict[str, dict[str, float] | None]:
    arrays = {name: np.array(found) for name, found in outcomes.items()}
    return {name: _rate(found) if found.size else None for name, found in arrays.items()}


def _by_language(tasks: HarmTasks, kept: npt.NDArray[np.float64]) -> dict[str, float]:
    """The share of answers in the question's language, for each language."""
    codes = [task.language for task in tasks.language]
    return {
        code: round(float(kept[:, [c == code for c in codes]].mean()), 4)
        for code in dict.fromkeys(codes)
    }
