"""The commands of `tpop`, one module per command or group: parse, call, render."""
