"""Teach a profile with a judge, and measure how much better its answers become.

    python examples/teach_a_profile.py                 # the starter model, a minute or two
    python examples/teach_a_profile.py --taste short   # another judge
    python examples/teach_a_profile.py --model path/to/model.gguf --folder profiles

A judge decides ten duels. After 0, 3, 5 and 10 of them, the profile answers other prompts, and so
does the plain model, with the same seeds. The win rate is how often the judge prefers the profile's
answer; 0.5 means that nothing was learned. The learning curve is printed and saved as an SVG file.

To start an experiment of your own, replace TASTES, PROMPTS and UNSEEN.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from typing import Literal

from rich.console import Console

from tpop_cli import Session, load_model, open_profile, open_session, teach
from tpop_cli.ui.bench import learning_curve

# What a judge likes: the text with the higher number.
TASTES: dict[str, Callable[[str], float]] = {
    "lively": lambda text: text.count("!") / max(1, len(text)),
    "short": lambda text: -len(text),
    "sober": lambda text: -text.count("!") - text.count("?") - text.lower().count("you"),
}

# One duel about each.
PROMPTS = """How do I boil an egg?
What causes thunder?
How can I learn a new language?
Why is the ocean salty?
What is a healthy breakfast?
How do I write a thank-you note?
What are the benefits of reading?
How does a refrigerator work?
What can I do on a rainy day?
Why do we need sleep?""".splitlines()

# Answers to these are judged: what was learned must show on prompts that no duel was about.
UNSEEN = """Why is the sky blue?
How do I make a cup of tea?
How can I improve my handwriting?
Why do we laugh?
How do airplanes fly?
What is a good way to start running?
What is democracy?
Why are bees important?
What makes people happy?
How do I get started with gardening?""".splitlines()


class Judge:
    """Decides duels by a score. It sees two texts, never which arm wrote which."""

    def __init__(self, score: Callable[[str], float]) -> None:
        self.score = score

    def decide(self, _prompt: str, candidates: Sequence[str]) -> Literal["1", "2", "="]:
        """Pick the first text or the second, or call it a tie."""
        first, second = map(self.score, candidates)
        return "1" if first > second else "2" if second > first else "="

    def win_rate(self, answers: Sequence[str], others: Sequence[str]) -> float:
        """How often an answer is better than the other one; a tie counts one half."""
        points = {"1": 1.0, "=": 0.5, "2": 0.0}
        wins = [points[self.decide("", pair)] for pair in zip(answers, others, strict=True)]
        return sum(wins) / len(wins)


def answers(session: Session, prompts: Sequence[str]) -> list[str]:
    """One answer to each prompt; all are decoded together."""
    return [arm.answer for arm in session.answer_many(prompts)]


def main() -> None:
    """Teach, measure, and draw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--model", default="smollm2", help="a name or a path")
    parser.add_argument("--taste", choices=TASTES, default="lively", help="what the judge likes")
    parser.add_argument("--folder", help="where to keep the profile; otherwise it is not kept")
    parser.add_argument("--svg", default="learning-curve.svg", help="the picture to write")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="only see whether it runs")
    args = parser.parse_args()
    counts = [0, 1, 2] if args.quick else [0, 3, 5, 10]
    unseen = UNSEEN[:2] if args.quick else UNSEEN
    options = {"max_tokens": 16 if args.quick else 160, "seed": args.seed}

    judge, rates = Judge(TASTES[args.taste]), []
    with load_model(args.model) as model, tempfile.TemporaryDirectory() as temporary:
        profile = open_profile(args.taste, args.folder or temporary)
        if profile.n_picks:
            parser.error(f"{profile.folder} already has picks; choose another --folder")
        plain = answers(open_session(model, **options), unseen)  # no profile: nothing steers
        teaching = open_session(model, profile, **options)
        for count in counts:
            if count > profile.n_picks:
                teach(teaching, PROMPTS[profile.n_picks : count], judge)
            # A new session answers with the seeds that the plain answers had.
            taught = answers(open_session(model, profile, **options), unseen)
            rates.append(judge.win_rate(taught, plain))
            print(f"{count:3} duels: win rate {rates[-1]:.2f}, steered by {teaching.strengths()}")

    console = Console(record=True, width=60, highlight=False)
    console.print(f"\nA judge with a {args.taste} taste: win rate over the plain model\n")
    console.print(learning_curve(rates, counts, "duels"))
    console.save_svg(args.svg, title="teach_a_profile.py")
    print(f"\nSaved as {args.svg}")


if __name__ == "__main__":
    main()
