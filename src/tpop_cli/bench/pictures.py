"""The README's picture: a real duel on the starter model, drawn by the program's own view.

python -m tpop_cli.bench.pictures docs/duel.svg
"""

from __future__ import annotations

import io
import sys

from ..ui.duel import DuelView, Side, keys_line

_PROMPT = "What makes a good cup of coffee?"
_SEED = 11


def main() -> None:
    """Decode two arms, and write what a user would see."""
    from rich.console import Console
    from rich.text import Text

    from ..core.axes import AXES
    from ..decode import decode
    from ..engine.llama import LlamaEngine
    from ..store.models import find_model
    from ..turn import TurnOptions, plan_arm

    with LlamaEngine(find_model()) as engine:
        chat = [{"role": "user", "content": _PROMPT}]
        options = TurnOptions(max_tokens=160)
        arms = decode(
            engine,
            [
                plan_arm(engine, chat, AXES, {}, options, _SEED),
                plan_arm(engine, chat, AXES, {"length": 1.0, "tone": 1.5}, options, _SEED + 1),
            ],
        )
    console = Console(record=True, width=118, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(Text("› ", "bold").append(_PROMPT))
    first, second = (Side(arm.text, done=True) for arm in arms)
    console.print(DuelView((first, second), ("cyan", "magenta")))
    console.print(keys_line())
    console.save_svg(sys.argv[1], title="tpop chat")


if __name__ == "__main__":
    main()
