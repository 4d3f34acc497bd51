"""What needs a terminal: duels, chats with their commands, and the line editor."""
