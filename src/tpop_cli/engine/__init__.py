"""Runs GGUF models with llama.cpp: loading, batches, KV cache, chat templates and sampling.

This is the only package that imports llama_cpp. Other packages see `protocol.Engine`;
`llama_engine.LlamaEngine` implements it.
"""

from .openmp import limit_spinning

limit_spinning()  # OpenMP reads its settings when a module of this package loads llama.cpp
