"""python -m tests.rpc_server HOST:PORT: llama.cpp's own RPC server, from llama-cpp-python's library."""

from __future__ import annotations

import ctypes
import sys

import llama_cpp.llama_cpp as llama

from tpop_cli.engine.guard import ggml_function


def serve(endpoint: str) -> None:
    """Serve this machine's CPU, one client at a time, until the process ends."""
    llama.llama_backend_init()
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    backend = ggml_function("ggml_backend_reg_by_name", pointer, text)(b"RPC")
    if not backend:
        sys.exit("this build of llama.cpp has no RPC backend")
    find = ggml_function("ggml_backend_reg_get_proc_address", pointer, pointer, text)
    signature = ctypes.CFUNCTYPE(
        None, text, text, ctypes.c_size_t, ctypes.c_size_t, ctypes.POINTER(pointer)
    )
    start = signature(find(backend, b"ggml_backend_rpc_start_server"))
    cpu = (pointer * 1)(ggml_function("ggml_backend_dev_by_type", pointer, ctypes.c_int)(0))
    start(endpoint.encode(), None, 2, 1, cpu)


if __name__ == "__main__":
    serve(sys.argv[1])
