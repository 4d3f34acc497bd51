"""What happens on a terminal: a duel, a chat and its slash commands, the line that the user types on."""
