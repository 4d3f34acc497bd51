"""Runs GGUF models with llama.cpp: loading, batches, KV cache, chat templates and sampling.

This is the only package that imports llama_cpp. Other packages see `protocol.Engine`;
`llama_engine.LlamaEngine` implements it.
"""
