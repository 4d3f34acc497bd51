"""Lists the backends and devices that this build of llama.cpp computes on, and adds RPC servers.

llama-cpp-python does not bind these functions; they are declared here after ggml-backend.h and
ggml-rpc.h.
"""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import llama_cpp.llama_cpp as llama

from ..errors import UnavailableError, UsageError
from . import llama_log  # noqa: F401 - installs the log callback before a backend logs anything
from .abort_guard import guarded_call
from .ggml import ggml_function

DEFAULT_RPC_PORT = 50052
_CONNECT_TIMEOUT = 5.0  # seconds
_KINDS = ("CPU", "GPU", "integrated GPU", "accelerator", "meta")  # enum ggml_backend_dev_type


def install_command(backend: str) -> str:
    """The shell command that installs llama-cpp-python with another backend, such as "CUDA".

    >>> install_command("RPC").split(" pip ")[0]
    'CMAKE_ARGS="-DGGML_RPC=on"'
    """
    return (
        f'CMAKE_ARGS="-DGGML_{backend}=on" pip install --force-reinstall --no-cache-dir --no-deps '
        "--no-binary llama-cpp-python llama-cpp-python"
    )


@dataclass(frozen=True)
class Device:
    """A device that llama.cpp can compute on.

    Args:
        name: llama.cpp's name, such as "CUDA0" or "RPC0".
        description: the name of the hardware, or the address of a remote device.
        kind: "CPU", "GPU", "integrated GPU", "accelerator" or "meta".
        backend: "CUDA", "Metal", "RPC", ...
        free: bytes of free memory.
        total: bytes of memory.
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

_registered: set[str] = set()  # llama.cpp would list an endpoint twice if it were registered twice


def backends() -> list[str]:
    """The names of this build's backends, such as "CPU", "CUDA", "RPC"."""
    llama.llama_backend_init()
    return [_reg_name(_reg_get(i)).decode() for i in range(_reg_count())]


def devices() -> list[Device]:
    """All devices, including those of the RPC servers that were added.

    Raises:
        UnavailableError: an RPC server disconnected.
    """
    llama.llama_backend_init()
    return [_device(_dev_get(i)) for i in range(_dev_count())]


def offload_devices() -> list[Device]:
    """The devices that can hold layers, in llama.cpp's order.

    Remote devices come first, then local GPUs. An integrated GPU counts only without other GPUs.
    """
    gpus = [device for device in devices() if device.kind in ("GPU", "integrated GPU")]
    remote = [d for d in gpus if d.backend == "RPC"]
    local = [d for d in gpus if d.backend != "RPC" and d.kind == "GPU"]
    return [*remote, *(local or [d for d in gpus if d.kind == "integrated GPU"])]


def _device(handle: int) -> Device:
    free, total = _size(), _size()
    guarded_call(_dev_memory, handle, ctypes.byref(free), ctypes.byref(total))
    return Device(
        _dev_name(handle).decode("utf-8", "replace"),
        _dev_description(handle).decode("utf-8", "replace"),
        _KINDS[_dev_kind(handle)],
        _reg_name(_dev_reg(handle)).decode(),
        free.value,
        total.value,
    )


def add_rpc_servers(endpoints: Sequence[str]) -> None:
    """Register the devices of llama.cpp RPC servers, for models that are loaded afterwards.

    Args:
        endpoints: "HOST:PORT" each; the port defaults to llama.cpp's 50052.

    Raises:
        UsageError: an endpoint is not HOST:PORT, or this build has no RPC backend.
        UnavailableError: no RPC server answers at an endpoint.
    """
    llama.llama_backend_init()
    for host, port in map(_parse_endpoint, endpoints):
        endpoint = f"{host}:{port}"
        if endpoint in _registered:
            continue
        backend = _reg_by_name(b"RPC")
        if not backend:
            raise UsageError(
                "this build of llama.cpp has no RPC backend",
                f"reinstall it: {install_command('RPC')}",
            )
        _check_reachable(host, port)
        address = _reg_function(backend, b"ggml_backend_rpc_add_server")
        add_server = ctypes.CFUNCTYPE(_pointer, _text)(address)
        reg = guarded_call(add_server, endpoint.encode())
        if not reg:
            raise UnavailableError(
                f"the RPC server at {endpoint} offers no device", "see the server's log"
            )
        _register(reg)
        _registered.add(endpoint)


def _parse_endpoint(endpoint: str) -> tuple[str, int]:
    host, colon, port = endpoint.strip().rpartition(":")
    if not colon:
        host, port = endpoint.strip(), str(DEFAULT_RPC_PORT)
    if not host or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise UsageError(f"{endpoint!r} is not HOST:PORT", "for example --rpc 192.168.1.20:50052")
    return host, int(port)


def _check_reachable(host: str, port: int) -> None:
    """Raise UnavailableError if nothing listens.

    llama.cpp itself would wait for minutes and then abort the process.
    """
    try:
        socket.create_connection((host, port), _CONNECT_TIMEOUT).close()
    except OSError as error:
        raise UnavailableError(
            f"no RPC server answers at {host}:{port}: {error.strerror or error}",
            f"start one there: ggml-rpc-server --host {host} --port {port}",
        ) from None
