"""Session: one person's session. Choose two arms, decode them, learn from the pick, save it."""
