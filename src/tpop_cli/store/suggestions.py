"""Models to download: today's families by the memory that they need, and what they are good at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Suggestion:
    """A model to download.

    Args:
        gigabytes: free memory with which it runs well.
        name: hf:ORG/REPO:QUANTIZATION.
        why: what it is good at.
    """

    gigabytes: int
    name: str
    why: str


SUGGESTED = (
    Suggestion(1, "hf:LiquidAI/LFM2.5-230M-GGUF:Q4_K_M", "tiny, quick anywhere"),
    Suggestion(2, "hf:Qwen/Qwen2.5-1.5B-Instruct-GGUF:Q4_K_M", "small, many languages"),
    Suggestion(3, "hf:LiquidAI/LFM2.5-2.6B-GGUF:Q4_K_M", "general, quick on a CPU"),
    Suggestion(
        3, "hf:bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M", "plain answers, does not think"
    ),
    Suggestion(3, "hf:mistralai/Ministral-3-3B-Reasoning-2512-GGUF:Q4_K_M", "thinks first"),
    Suggestion(4, "hf:unsloth/Qwen3.5-4B-GGUF:UD-Q4_K_XL", "general, thinks, many languages"),
    Suggestion(6, "hf:ibm-granite/granite-4.0-h-tiny-GGUF:Q4_K_M", "general, quick, long texts"),
    Suggestion(8, "hf:unsloth/Qwen3.5-9B-GGUF:UD-Q4_K_XL", "general, thinks, many languages"),
    Suggestion(10, "hf:unsloth/gemma-4-12b-it-GGUF:UD-Q4_K_XL", "general, many languages"),
    Suggestion(14, "hf:unsloth/gpt-oss-20b-GGUF:Q4_K_M", "thinks as much as you ask, code, quick"),
    Suggestion(20, "hf:unsloth/gemma-4-26B-A4B-it-GGUF:UD-Q4_K_M", "general, languages, quick"),
    Suggestion(
        22, "hf:unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF:UD-Q4_K_XL", "code, does not think"
    ),
    Suggestion(26, "hf:unsloth/Qwen3.6-35B-A3B-GGUF:UD-Q4_K_M", "general, code, thinks, quick"),
)
"""By memory, the least first."""


def best_suggestion(free: float) -> Suggestion | None:
    """The largest suggested model for general use that fits into free memory; None if none does.

    Args:
        free: bytes.
    """
    fitting = [one for one in SUGGESTED if one.gigabytes * 1e9 <= free]
    general = [one for one in fitting if one.why.startswith("general")]
    return (general or fitting)[-1] if fitting else None
