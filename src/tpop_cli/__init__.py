"""tpop: a terminal chat for local GGUF models that learns your taste while you use it."""

__version__ = "0.1.0"
