"""The prompts on which `tpop axes measure` measures the response matrix of a model."""

from __future__ import annotations

CALIBRATION_PROMPTS: tuple[str, ...] = (
    "How does a bicycle stay upright?",
    "What should I cook tonight with eggs and rice?",
    "Why do cats purr?",
    "How can I fall asleep faster?",
    "What is inflation?",
    "Give me some advice for a job interview.",
    "What makes bread rise?",
    "Describe a forest in autumn.",
    "How do I start saving money?",
    "Why is exercise good for me?",
    "Tell me about the Moon.",
    "How do I take care of a houseplant?",
    "What is a good hobby for winter?",
    "How do vaccines work?",
    "What should I pack for a weekend trip?",
    "Why do people dream?",
    "How do I apologize to a friend?",
    "What is a computer virus?",
    "How can I be more productive at home?",
    "Explain what a rainbow is.",
    "What is it like to live in a big city?",
    "How do I make a simple salad?",
    "Why do leaves change colour?",
    "What should I know before adopting a dog?",
)
"""Everyday questions. The bench reports no result on them."""
