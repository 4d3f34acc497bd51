"""Measuring: prompts, simulated users, and the commands that print every figure the documents show."""
