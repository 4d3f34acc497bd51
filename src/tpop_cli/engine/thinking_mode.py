"""Whether a reasoning model thinks, and how much: variables that chat templates read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

EFFORTS = ("low", "medium", "high")
"""How much a model thinks, where its template knows efforts."""

MODES = ("off", *EFFORTS)
"""How a model may be told to think."""

_NO_EFFORT = re.compile(r"""reasoning_effort[^%]{0,120}?['"](no_think|none|minimal)['"]""")
# The names of the least effort, in templates that know one.


def template_variables(mode: str, source: str) -> dict[str, Any]:
    """The variables by which templates are told how to think.

    Each family reads its own; the others are ignored.

    Args:
        mode: one of `MODES`; "on" for thinking of no special effort; empty: as the template does it
            by default.
        source: of the chat template.
    """
    if not mode:
        return {}
    on = mode != "off"
    variables: dict[str, Any] = {
        "enable_thinking": on,
        "thinking": on,
        "thinking_mode": "enabled" if on else "disabled",
    }
    if on:
        return variables if mode == "on" else {**variables, "reasoning_effort": mode}
    least = _NO_EFFORT.search(source)
    variables |= {"reasoning_effort": least[1]} if least else {}
    return {**variables, "thinking_budget": 0}


def usable_variables(
    mode: str, source: str, render: Callable[[Mapping[str, Any]], str]
) -> tuple[dict[str, Any], str]:
    """The variables for a mode, and why they are none if the template ignores it.

    A template obeys if it renders the contrary mode differently.

    Args:
        mode: one of `MODES`, or empty.
        source: of the chat template.
        render: renders a short chat with these variables. It may raise any error.
    """
    if not mode:
        return {}, ""
    wanted = template_variables(mode, source)
    contrary = "low" if mode == "high" else "high"
    if mode == "off" and "reasoning_effort" not in wanted:
        contrary = "on"
    try:
        if render(wanted) != render(template_variables(contrary, source)):
            return wanted, ""
    except Exception:  # a template can raise anything: it does not know this mode
        pass
    if mode == "off":
        return {}, "this model has no switch for thinking"
    return {}, f"this model's chat template has no effort {mode!r}"
