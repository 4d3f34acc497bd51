"""Decoding: from a chat to finished answers. All arms, and all contexts of each, step in one batch."""
