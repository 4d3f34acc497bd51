"""The README's picture: a real duel on the starter model, drawn by the program's own view.

python -m tpop_cli.bench.pictures docs/duel.svg
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from ..ui.duel import DuelView, Side, keys_line

_PROMPT = "What makes a good cup of coffee?"
_SEED = 21


def main() -> None:
    """Decode two arms, and write what a user would see."""
    from rich.console import Console
    from rich.text import Text

    from ..core.axes import AXES
    from ..decoding.decoder import BatchDecoder, run_to_end
    from ..decoding.requests import request_arm
    from ..engine.llama_engine import LlamaEngine
    from ..engine.protocol import Sampling
    from ..store.models import find_model

    with LlamaEngine(find_model()) as engine:
        chat = [{"role": "user", "content": _PROMPT}]
        requests = [
            request_arm(engine, chat, AXES, {}, Sampling(), _SEED, 200),
            request_arm(
                engine, chat, AXES, {"length": 1.0, "tone": 1.0}, Sampling(), _SEED + 1, 200
            ),
        ]
        arms = run_to_end(BatchDecoder(engine).steps(requests))
    console = Console(
        record=True, width=118, file=io.StringIO(), force_terminal=True, highlight=False
    )
    console.print(Text("› ", "bold").append(_PROMPT))
    first, second = (Side(arm.text, done=True) for arm in arms)
    console.print(DuelView((first, second)))
    console.print(keys_line())
    svg = re.sub(
        r"@font-face \{.*?\}", "", console.export_svg(title="tpop chat"), flags=re.DOTALL
    )  # no web fonts
    Path(sys.argv[1]).write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
