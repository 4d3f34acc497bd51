"""Binds C functions of ggml that llama-cpp-python does not bind."""

from __future__ import annotations

import ctypes
from typing import Any

import llama_cpp.llama_cpp as llama
from llama_cpp._ggml import libggml


def ggml_function(name: str, result: Any, *arguments: Any) -> ctypes._NamedFuncPointer:
    """Bind a C function of ggml.

    libllama's own copy of ggml comes first: llama-cpp-python ships the ggml library under several
    file names, and a second copy would have its own list of devices.

    Args:
        name: the function's name in C.
        result: the ctypes type of its result; None for void.
        arguments: the ctypes types of its arguments.
    """
    try:
        function: ctypes._NamedFuncPointer = getattr(llama._lib, name)
    except AttributeError:  # Windows searches one library only, and has one copy of ggml
        function = getattr(libggml, name)
    function.restype, function.argtypes = result, list(arguments)
    return function
