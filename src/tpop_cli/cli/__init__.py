"""The command line: commands, what happens on a terminal, and what commands share."""
