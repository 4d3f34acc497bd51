"""Pure functions from data to Rich renderables, the duel's live view, and the keys."""
