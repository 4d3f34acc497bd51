"""From a chat to finished answers: all arms, and all contexts of each, step in one batch."""
