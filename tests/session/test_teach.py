"""Teaching: duels that a judge decides."""

from __future__ import annotations

from collections.abc import Sequence

from tpop_cli.core.picks import Pick
from tpop_cli.session.duel import Duel, Key
from tpop_cli.session.teach import teach
from tpop_cli.store.profile import Profile

from .sessions import never_ends, session


class Shorter:
    """Likes the shorter answer."""

    def decide(self, prompt: str, candidates: Sequence[str]) -> Key:
        a, b = map(len, candidates)
        return "1" if a < b else "2" if b < a else "="


def test_a_judge_teaches_and_prompts_are_used_again() -> None:
    work = session()
    seen: list[tuple[Duel, Pick]] = []
    done = teach(work, ["one", "two"], Shorter(), 5, lambda *pick: seen.append(pick))
    assert done == 5
    picks = Profile("work").picks()
    assert [p.prompt for p in picks] == ["one", "two", "one", "two", "one"]
    assert [pick for _, pick in seen] == picks
    for p in picks:
        a, b = len(p.exploit.text), len(p.explore.text)
        assert p.verdict == ("exploit" if a < b else "explore" if b < a else "tie")


def test_teaching_ends_with_the_duel_that_is_stopped() -> None:
    work = session(logits=never_ends)
    decode = work.decode_duel

    def stopped(duel: Duel):  # type: ignore[no-untyped-def]
        steps = decode(duel)
        yield next(steps)
        steps.close()

    work.decode_duel = stopped  # type: ignore[method-assign]
    assert teach(work, ["one"], Shorter(), 5) == 0
    assert Profile("work").n_picks == 0
