"""tpop doctor: backends and devices of this machine, and the memory that a model needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import TpopError, UnavailableError
from ...settings import LOADING
from .. import options as opt
from ..console import note, print_error, stderr_console, stdout_console, write_answer
from ..open_session import load_options
from ..process import command

if TYPE_CHECKING:
    from ...engine.load_options import LoadOptions


@command
@opt.with_options(LOADING)
def doctor(
    time: Annotated[
        bool, typer.Option("--time", help="Load the model, and time what steering costs here.")
    ] = False,
    as_json: opt.JsonOption = False,
    *,
    options: opt.Options,
) -> None:
    """Show backends and devices, the memory that a model needs, and which device gets which part.

    No model is loaded, except with --time. Exits with 1 if the model does not fit.
    """
    from ...store.models import find_model
    from ...ui.doctor import doctor_report

    loading = load_options(options)
    found = _machine(loading)
    failure: TpopError | None = None
    try:
        found["model"] = _model(find_model(options.flags["model"]), loading)
    except UnavailableError:
        raise
    except TpopError as error:
        failure, found["model"] = error, None
    if time and found["model"] and found["model"]["fits"]:
        try:
            found["steering"] = _steering(Path(found["model"]["path"]), loading)
        except TpopError as error:
            failure = error
    if as_json:
        write_answer(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        stdout_console().print(doctor_report(found))
    if failure:
        print_error(failure)
        raise SystemExit(failure.exit_code)
    if not found["model"]["fits"]:
        note("the model does not fit: choose a smaller one, or a smaller --ctx")
        raise SystemExit(1)


def _machine(loading: LoadOptions) -> dict[str, Any]:
    """Versions, folders, backends and devices."""
    import platform
    from dataclasses import asdict
    from importlib.metadata import version

    import psutil

    from ... import __version__
    from ...engine.devices import add_rpc_servers, backends, devices
    from ...store.paths import home, models_dir

    add_rpc_servers(loading.rpc)
    memory = psutil.virtual_memory()
    return {
        "versions": {
            "tpop": __version__,
            "llama-cpp-python": version("llama-cpp-python"),
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "folders": {"settings and profiles": str(home()), "models": str(models_dir())},
        "backends": backends(),
        "missing_backend": _missing_backend(backends()),
        "threads": loading.threads,
        # llama.cpp reports all of a CPU's memory as free.
        "devices": [
            asdict(d)
            | ({"free": memory.available, "total": memory.total} if d.kind == "CPU" else {})
            for d in devices()
        ],
    }


def _model(path: Path, loading: LoadOptions) -> dict[str, Any]:
    """The memory that a model needs, and its allocation to devices."""
    import psutil

    from ...engine.devices import offload_devices
    from ...engine.load_options import context_size
    from ...engine.memory import allocate_layers, count_offloaded_layers, estimate_memory
    from ...engine.model_kinds import check_chat_model
    from ...engine.whole_model import read_model

    header = read_model(path)
    check_chat_model(header)
    need, taking = estimate_memory(header, loading), offload_devices()
    layers = count_offloaded_layers(header, loading)
    parts = allocate_layers(need, layers, taking, loading.tensor_split)
    free = [psutil.virtual_memory().available, *(device.free for device in taking)]
    wanted = [
        p.weights + p.kv + p.state + (need.compute if p.n_layers or p.device is None else 0)
        for p in parts
    ]
    return {
        "path": str(path),
        "name": header.name,
        "architecture": header.architecture,
        "quantization": header.quantization,
        "context": context_size(loading.n_ctx, header),
        "layers": need.n_layers,
        "weights": need.weights,
        "kv_cache": need.kv_cache,
        "state": need.state,
        "sequences": loading.sequences(bool(need.state)),
        "compute": need.compute,
        "offloaded": layers,
        "shares": [
            {
                "device": part.device.name if part.device else "host",
                "layers": part.n_layers,
                "weights": part.weights,
                "kv_cache": part.kv,
                "state": part.state,
                "fits": bytes_wanted <= room,
            }
            for part, bytes_wanted, room in zip(parts, wanted, free, strict=True)
        ],
        "fits": all(bytes_wanted <= room for bytes_wanted, room in zip(wanted, free, strict=True)),
    }


def _steering(path: Path, loading: LoadOptions) -> list[dict[str, Any]]:
    """The time of a step for each way to steer. A status on stderr is shown meanwhile."""
    with stderr_console().status(f"timing {path.stem}", spinner="dots"):
        from dataclasses import replace

        from ...bench.steering_cost import CTX, steering_costs
        from ...engine.llama_engine import LlamaEngine

        with LlamaEngine(path, replace(loading, n_ctx=CTX)) as engine:
            return steering_costs(engine)


def _missing_backend(found: list[str]) -> str | None:
    """How to install a backend that this machine could use and this build lacks; None if none."""
    import shutil

    from ...engine.devices import install_command

    if shutil.which("nvidia-smi") and "CUDA" not in found:
        return install_command("CUDA")
    return None
