"""How well wishes in a user's own words are followed, and what they cost the answer.

    python -m tpop_cli.bench.wishes
    python -m tpop_cli.bench.wishes --model NAME --weights 2 3 --alphas 0.02 0.05

By this table the steering weight and the bound of wishes were chosen (`core.steering`). Every wish
has a test that a program can make. Questions in other languages show whether the answer keeps the
language although the wish is in English. The prompts are those to tune on.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..core.axes import Axis
from ..core.steering import WISH_ALPHA, WISH_WEIGHT, Steer, wish_axis
from ..core.text_parts import (
    count_emoji,
    count_list_items,
    count_sentences,
    ends_with_question,
    words,
)
from ..engine.protocol import Sampling
from .answer_cache import AnswerCache
from .harm_language import TUNE as FOREIGN
from .harm_topics import TUNE as TOPICS
from .language import identify
from .measures import covers_topic
from .simulate import answer_requests

_PIRATE = frozenset("ahoy arr arrr aye captain matey mateys me pirate ship treasure ye".split())

WISHES: Mapping[str, Callable[[str], bool]] = {
    "no lists": lambda text: count_list_items(text) == 0,
    "bullet points, please": lambda text: count_list_items(text) > 1,
    "use emojis": lambda text: count_emoji(text) > 0,
    "end with a question to me": ends_with_question,
    "talk like a pirate": lambda text: len(_PIRATE & set(words(text))) > 1,
    "always mention a cat": lambda text: bool({"cat", "cats"} & set(words(text))),
    "at most two sentences": lambda text: count_sentences(text) <= 2,
    "use exclamation marks": lambda text: "!" in text,
}
"""A wish, and whether a text follows it."""


@dataclass(frozen=True)
class Way:
    """A way to steer by a wish: its weight and bound, or by an instruction in the prompt."""

    weight: float = WISH_WEIGHT
    alpha: float = WISH_ALPHA
    steer: Steer = "contrast"

    def __str__(self) -> str:
        return "prompt" if self.steer == "prompt" else f"{self.weight:g}, {self.alpha:g}"


@dataclass(frozen=True)
class Followed:
    """What a way to steer does, each as a share of answers, or relative to plain ones.

    Args:
        followed: answers that follow their wish.
        n_words: mean number of words relative to plain answers, without the wish for few sentences.
        topic: answers that keep to their topic.
        language: answers in the language of a question in another language than English.
    """

    followed: float
    n_words: float
    topic: float
    language: float


def measure(
    cache: AnswerCache, ways: Sequence[Way], n_topics: int, n_foreign: int, max_tokens: int
) -> dict[str, Followed]:
    """Decode what is missing, and measure plain answers and every way.

    Returns:
        "plain", and each way as a text -> what it does.

    Raises:
        KeyboardInterrupt: the engine's stop flag was set.
    """
    tasks, foreign = TOPICS[:n_topics], FOREIGN[:: max(1, len(FOREIGN) // n_foreign)]
    prompts = [*(task.prompt for task in tasks), *(task.prompt for task in foreign)]

    def answers(axes: Sequence[Axis], strengths: Mapping[str, float], steer: Steer) -> list[str]:
        requests = answer_requests(
            cache.engine, prompts, axes, strengths, Sampling(), 0, max_tokens, steer
        )
        if not cache.fill(requests):
            raise KeyboardInterrupt
        return [cache[request].text for request in requests]

    def result(found: Mapping[str, Sequence[str]]) -> Followed:
        english = {wish: texts[: len(tasks)] for wish, texts in found.items()}
        lengths = [
            sum(len(words(text)) for text in texts) / max(1, n_plain)
            for wish, texts in english.items()
            if "sentences" not in wish
        ]
        return Followed(
            _share(WISHES[wish](text) for wish, texts in english.items() for text in texts),
            float(np.mean(lengths)),
            _share(
                covers_topic(task.prompt, task.stems, text)
                for texts in english.values()
                for task, text in zip(tasks, texts, strict=True)
            ),
            _share(
                identify(text) == task.language
                for texts in found.values()
                for task, text in zip(foreign, texts[len(tasks) :], strict=True)
            ),
        )

    plain = answers((), {}, "contrast")
    n_plain = sum(len(words(text)) for text in plain[: len(tasks)])
    table = {"plain": result(dict.fromkeys(WISHES, plain))}
    for way in ways:
        found = {}
        for wish in WISHES:
            axis = wish_axis(wish)
            toward = replace(axis.toward, weight=way.weight, alpha=way.alpha)
            found[wish] = answers((replace(axis, toward=toward),), {wish: 1.0}, way.steer)
        table[str(way)] = result(found)
    return table


def _share(outcomes: Iterable[bool]) -> float:
    return float(np.mean([*outcomes]))


def main() -> None:
    """Print the table for a model, by default the starter model."""
    from ..engine.llama_engine import LlamaEngine
    from ..engine.load_options import LoadOptions
    from ..store.models import find_model
    from ..store.paths import data_dir

    parser = argparse.ArgumentParser(description="How well wishes are followed.")
    parser.add_argument("--model", default="", help="name or path; the starter model if none")
    parser.add_argument("--weights", type=float, nargs="+", default=[WISH_WEIGHT], metavar="W")
    parser.add_argument("--alphas", type=float, nargs="+", default=[WISH_ALPHA], metavar="A")
    parser.add_argument("--topics", type=int, default=6, metavar="N")
    parser.add_argument("--foreign", type=int, default=6, metavar="N")
    parser.add_argument("--max-tokens", type=int, default=80, metavar="N")
    parser.add_argument("--threads", type=int, default=0, metavar="N")
    given = parser.parse_args()
    ways = [Way(steer="prompt")]
    ways += [Way(weight, alpha) for weight in given.weights for alpha in given.alphas]
    model = find_model(given.model) if given.model else find_model()
    with LlamaEngine(model, LoadOptions(n_ctx=8192, n_threads=given.threads)) as engine:
        cache = AnswerCache(engine, data_dir() / "bench")
        table = measure(cache, ways, given.topics, given.foreign, given.max_tokens)
    print(f"{'weight, bound':16}{'followed':>10}{'words':>10}{'topic':>10}{'language':>10}")
    for name, row in table.items():
        cells = (row.followed, row.n_words, row.topic, row.language)
        print(f"{name:16}" + "".join(f"{cell:10.2f}" for cell in cells))


if __name__ == "__main__":
    main()
