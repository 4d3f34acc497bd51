"""The rows of `tpop models list`: what the header of each model says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from ..store.model_files import FoundModel

_CONTEXT = 4096  # tokens of context that "fits" assumes
_WORTH_SAVING = 0.3  # seconds that reading the headers took


def model_rows(models: list[FoundModel], used: Path | None) -> list[dict[str, Any]]:
    """A row for each model, with the keys that `tpop models list --json` prints.

    A model fits if its weights and 4096 tokens of context fit into free memory. The row of a file
    that cannot be used as a model says why under `quantization`. What headers say is kept for the
    next list, if reading them took long.

    Args:
        models: as `store.models.list_models` finds them.
        used: the file of the model in use.
    """
    import psutil

    from ..store.listed import load_listed, save_listed, stamp

    known, start, changed, kept = load_listed(), time.monotonic(), False, {}
    free, rows = psutil.virtual_memory().available, []
    for model in models:
        key, now = str(model.path), stamp(model.path)
        entry = known.get(key)
        facts: dict[str, Any] = {"size": None, "quantization": f"broken: it {model.problem}"}
        if not model.problem:
            if (
                isinstance(entry, dict)
                and entry.get("stamp") == now
                and _complete(entry.get("facts"))
            ):
                facts = entry["facts"]
            else:
                facts, changed = _facts(model.path), True
            kept[key] = {"stamp": now, "facts": facts}
        need = facts.get("need")
        rows.append(
            {
                "name": model.name,
                "size": facts["size"],
                "origin": model.origin,
                "in_use": model.path == used,
                "path": str(model.path),
                "quantization": facts["quantization"],
                "context": facts.get("context"),
                "fits": None if need is None else need < free,
            }
        )
    if changed and time.monotonic() - start > _WORTH_SAVING:
        save_listed(kept)
    return rows


def _complete(facts: Any) -> bool:
    """Whether facts that were saved are of the form that `_facts` returns."""
    return (
        isinstance(facts, dict)
        and set(facts) <= {"size", "quantization", "context", "need"}
        and isinstance(facts.get("size"), int)
        and isinstance(facts.get("quantization"), str)
        and isinstance(facts.get("need"), int | None)
        and isinstance(facts.get("context"), int | None)
    )


def _facts(path: Path) -> dict[str, Any]:
    """What a model's header says: its size and quantization, its context, the memory it needs."""
    from ..engine.load_options import LoadOptions
    from ..engine.memory import estimate_memory
    from ..engine.model_kinds import for_ollama_only, other_kind
    from ..engine.whole_model import read_model
    from ..errors import TpopError

    facts: dict[str, Any] = {"size": None}
    try:
        facts["size"] = path.stat().st_size
        header = read_model(path)
    except (OSError, ValueError) as error:
        dangling = path.is_symlink() and isinstance(error, FileNotFoundError)
        reason = getattr(error, "strerror", None) or error
        why = "a link to a file that does not exist" if dangling else f"{reason}"
        return {**facts, "quantization": f"broken: {why}"}
    except TpopError as error:
        return {**facts, "quantization": f"broken: {error.message}"}
    facts["size"] = header.size_bytes
    if kind := other_kind(header):
        return {**facts, "quantization": kind}
    if for_ollama_only(header):
        return {**facts, "quantization": "only Ollama's own engine can load it"}
    return {
        **facts,
        "quantization": header.quantization,
        "context": header.number("context_length"),
        "need": int(estimate_memory(header, LoadOptions(n_ctx=_CONTEXT)).total),
    }
