"""Benchmarks: simulated users, prompts, and the commands that print every figure in docs/."""
