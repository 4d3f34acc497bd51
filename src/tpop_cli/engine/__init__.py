"""The only importer of llama_cpp: model, sequences (batch and KV cache), chat template, sampler callback.

`load` opens a GGUF file and returns an `Engine`; the layers above know it by `engine.protocol` alone.
"""
