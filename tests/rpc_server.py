"""Runs llama.cpp's RPC server from llama-cpp-python's library.

Usage: python -m tests.rpc_server HOST:PORT
"""

from __future__ import annotations

import ctypes
import sys

import llama_cpp.llama_cpp as llama

from tpop_cli.engine.ggml import ggml_function


def serve(endpoint: str) -> None:
    """Serve this machine's CPU, one client at a time, until the process is killed."""
    llama.llama_backend_init()
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    backend = ggml_function("ggml_backend_reg_by_name", pointer, text)(b"RPC")
    if not backend:
        sys.exit("this build of llama.cpp has no RPC backend")
    get_function = ggml_function("ggml_backend_reg_get_proc_address", pointer, pointer, text)
    signature = ctypes.CFUNCTYPE(
        None, text, text, ctypes.c_size_t, ctypes.c_size_t, ctypes.POINTER(pointer)
    )
    start_server = signature(get_function(backend, b"ggml_backend_rpc_start_server"))
    cpu = (pointer * 1)(ggml_function("ggml_backend_dev_by_type", pointer, ctypes.c_int)(0))
    n_threads, n_devices = 2, 1
    start_server(endpoint.encode(), None, n_threads, n_devices, cpu)


if __name__ == "__main__":
    serve(sys.argv[1])
