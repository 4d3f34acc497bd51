"""The commands of `tpop`, one module a command or group: parse, call, render."""
