"""The mathematics of tpop, on numpy alone: no I/O, no clock, no global random state."""
