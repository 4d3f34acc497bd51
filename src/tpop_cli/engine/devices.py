"""What llama.cpp can compute on: the backends and devices of this build, and remote ones over its RPC backend.

llama-cpp-python binds none of this, so it is declared here, after ggml-backend.h and ggml-rpc.h.
"""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import llama_cpp.llama_cpp as llama

from ..errors import UnavailableError, UsageError
from . import log  # noqa: F401 - it takes llama.cpp's log before a backend says anything
from .guard import ggml_function, guarded

DEFAULT_RPC_PORT = 50052
_CONNECT_SECONDS = 5.0
_KINDS = ("CPU", "GPU", "integrated GPU", "accelerator", "meta")  # enum ggml_backend_dev_type

INSTALL = (
    'CMAKE_ARGS="{flag}" pip install --force-reinstall --no-cache-dir --no-deps --no-binary '
    "llama-cpp-python llama-cpp-python"
)
"""How to get a build of llama.cpp with another backend; `flag` is of CMake."""


def flag(backend: str) -> str:
    """CMake's flag for a backend.

    >>> flag("RPC")
    '-DGGML_RPC=on'
    """
    return f"-DGGML_{backend}=on"


@dataclass(frozen=True)
class Device:
    """Something that computes.

    Args:
        name: llama.cpp's, such as "CUDA0" or "RPC0".
        description: the hardware's name, or the address of a remote one.
        kind: "CPU", "GPU", "integrated GPU", "accelerator" or "meta".
        backend: "CUDA", "Metal", "RPC", ...
        free, total: bytes of memory.
    """

    name: str
    description: str
    kind: str
    backend: str
    free: int
    total: int


_pointer, _size, _text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
_reg_count = ggml_function("ggml_backend_reg_count", _size)
_reg_get = ggml_function("ggml_backend_reg_get", _pointer, _size)
_reg_name = ggml_function("ggml_backend_reg_name", _text, _pointer)
_reg_by_name = ggml_function("ggml_backend_reg_by_name", _pointer, _text)
_reg_function = ggml_function("ggml_backend_reg_get_proc_address", _pointer, _pointer, _text)
_register = ggml_function("ggml_backend_register", None, _pointer)
_dev_count = ggml_function("ggml_backend_dev_count", _size)
_dev_get = ggml_function("ggml_backend_dev_get", _pointer, _size)
_dev_name = ggml_function("ggml_backend_dev_name", _text, _pointer)
_dev_description = ggml_function("ggml_backend_dev_description", _text, _pointer)
_dev_kind = ggml_function("ggml_backend_dev_type", ctypes.c_int, _pointer)
_dev_reg = ggml_function("ggml_backend_dev_backend_reg", _pointer, _pointer)
_dev_memory = ggml_function(
    "ggml_backend_dev_memory", None, _pointer, ctypes.POINTER(_size), ctypes.POINTER(_size)
)

_added: set[str] = set()  # llama.cpp would take an endpoint that is registered twice for two


def backends() -> list[str]:
    """The names of this build's backends, such as "CPU", "CUDA", "RPC"."""
    llama.llama_backend_init()
    return [_reg_name(_reg_get(i)).decode() for i in range(_reg_count())]


def devices() -> list[Device]:
    """All devices there are now, remote ones that were added too. Raises UnavailableError if one went away."""
    llama.llama_backend_init()
    return [_device(_dev_get(i)) for i in range(_dev_count())]


def offload_devices() -> list[Device]:
    """The devices that layers are put on, in llama.cpp's order: remote ones, GPUs, or else an integrated GPU."""
    found = [device for device in devices() if device.kind in ("GPU", "integrated GPU")]
    remote = [d for d in found if d.backend == "RPC"]
    local = [d for d in found if d.backend != "RPC" and d.kind == "GPU"]
    return [*remote, *(local or [d for d in found if d.kind == "integrated GPU"])]


def _device(handle: int) -> Device:
    free, total = _size(), _size()
    guarded(_dev_memory, handle, ctypes.byref(free), ctypes.byref(total))
    return Device(
        _dev_name(handle).decode("utf-8", "replace"),
        _dev_description(handle).decode("utf-8", "replace"),
        _KINDS[_dev_kind(handle)],
        _reg_name(_dev_reg(handle)).decode(),
        free.value,
        total.value,
    )


def add_rpc_servers(endpoints: Sequence[str]) -> None:
    """Register the devices of llama.cpp RPC servers; models loaded later can be put on them.

    Args:
        endpoints: "HOST:PORT" each; without a port, llama.cpp's own 50052.

    Raises:
        UsageError: an endpoint is not HOST:PORT, or this build has no RPC backend.
        UnavailableError: no RPC server answers there.
    """
    llama.llama_backend_init()
    for host, port in map(_parse, endpoints):
        endpoint = f"{host}:{port}"
        if endpoint in _added:
            continue
        backend = _reg_by_name(b"RPC")
        if not backend:
            raise UsageError(
                "this build of llama.cpp has no RPC backend", INSTALL.format(flag=flag("RPC"))
            )
        _reach(host, port)
        address = _reg_function(backend, b"ggml_backend_rpc_add_server")
        add = ctypes.CFUNCTYPE(_pointer, _text)(address)
        reg = guarded(add, endpoint.encode())
        if not reg:
            raise UnavailableError(
                f"the RPC server at {endpoint} offers no device", "see its own messages"
            )
        _register(reg)
        _added.add(endpoint)


def _parse(endpoint: str) -> tuple[str, int]:
    host, colon, port = endpoint.strip().rpartition(":")
    if not colon:
        host, port = endpoint.strip(), str(DEFAULT_RPC_PORT)
    if not host or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise UsageError(f"{endpoint!r} is not HOST:PORT", "such as --rpc 192.168.1.20:50052")
    return host, int(port)


def _reach(host: str, port: int) -> None:
    """Whether somebody listens: llama.cpp itself would wait for minutes, and then end the process."""
    try:
        socket.create_connection((host, port), _CONNECT_SECONDS).close()
    except OSError as error:
        raise UnavailableError(
            f"no RPC server answers at {host}:{port}: {error.strerror or error}",
            f"start llama.cpp's there: ggml-rpc-server --host {host} --port {port}",
        ) from None
