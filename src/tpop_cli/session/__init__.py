"""One person's turns: choose two arms, decode them, learn from the pick, save it."""
