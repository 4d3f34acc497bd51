"""The commands, one file each: parse, call, render. No logic, and no heavy import before it is needed."""
