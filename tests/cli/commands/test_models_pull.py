"""tpop models pull: downloads from a hub, which is a small server on loopback."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ...faults.table import DOWNLOADS, HUB_ERRORS
from ...model_stores import hub_model
from ..running import run

pytest.importorskip("huggingface_hub")


NAME = "hf:org/repo/tiny.gguf"


@dataclass
class Hub:
    """A server with one file.

    Args:
        data: the file.
        announced: the SHA-256 that the server states.
        environment: variables that let huggingface_hub use this server.
        cut: bytes of the first download that are sent before the connection is closed.
        error: the answer to every request: (status, X-Error-Code).
        requests: those so far: (method, path, Range header).
        files: the names of the file.
    """

    data: bytes
    announced: str
    environment: dict[str, str]
    cut: int = 0
    error: tuple[int, str] | None = None
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    files: tuple[str, ...] = ("tiny.gguf",)


@pytest.fixture
def hub(tiny_path: Path, tmp_path: Path) -> Iterator[Hub]:
    data = tiny_path.read_bytes()
    made = Hub(data, hashlib.sha256(data).hexdigest(), {})

    class Handler(BaseHTTPRequestHandler):
        def answer(self, body: bool) -> None:
            asked = self.headers.get("Range", "")
            made.requests.append((self.command, self.path, asked))
            if self.path.split("?")[0] == "/api/models/org/repo" and not made.error:
                self.send_list()
                return
            wanted = self.path.removeprefix("/org/repo/resolve/main/")
            found = wanted in made.files
            status, code = made.error or ((200, "") if found else (404, "EntryNotFound"))
            start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
            self.send_response(206 if start and status == 200 else status)
            if code:
                self.send_header("X-Error-Code", code)
            part = made.data[start:] if status == 200 else b""
            self.send_header("X-Repo-Commit", "a" * 40)
            self.send_header("ETag", f'"{made.announced}"')
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(part)))
            if start:
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(made.data) - 1}/{len(made.data)}"
                )
            self.end_headers()
            if body and made.cut:
                self.wfile.write(part[: made.cut])
                made.cut = 0
                self.connection.close()
            elif body:
                self.wfile.write(part)

        def send_list(self) -> None:
            files = [{"rfilename": name} for name in ("README.md", *made.files)]
            body = json.dumps({"id": "org/repo", "siblings": files}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.environment = {
            "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
            "HF_HOME": str(tmp_path / "hf"),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        yield made
        server.shutdown()


def listed(hub: Hub) -> dict[str, dict[str, object]]:
    return {
        one["name"]: one
        for one in json.loads(run("models", "list", "--json", **hub.environment).stdout)
    }


def test_a_model_is_downloaded_checked_used_and_deleted(hub: Hub) -> None:
    errors = run("models", "pull", NAME, **hub.environment).stderr
    assert hub.announced in errors and NAME in errors
    row = listed(hub)[NAME]
    assert row["size"] == len(hub.data) and row["origin"] == "hub" and row["fits"] is True
    hub.requests.clear()
    run("models", "use", NAME, **hub.environment)
    assert run("ask", "x", "-n", "5", **hub.environment).stdout
    assert run("ask", "x", "-m", NAME, "-n", "5", **hub.environment).stdout
    assert listed(hub)[NAME]["in_use"] is True
    assert hub.requests == []  # a cached model never touches the network
    assert "add --yes" in run("models", "remove", NAME, code=2, **hub.environment).stderr
    run("models", "remove", NAME, "--yes", **hub.environment)
    assert NAME not in listed(hub)
    assert not [
        path
        for path in Path(hub.environment["HF_HOME"]).rglob("*")
        if path.is_file() and path.stat().st_size > 1000
    ]


def test_a_model_is_downloaded_when_it_is_first_used(hub: Hub) -> None:
    assert run("ask", "x", "-m", NAME, "-n", "5", **hub.environment).stdout
    assert NAME in listed(hub)


def test_an_interrupted_download_is_resumed(hub: Hub) -> None:
    hub.cut = len(hub.data) // 2
    run("models", "pull", NAME, **hub.environment)
    assert len([method for method, _, _ in hub.requests if method == "GET"]) == 2
    assert NAME in listed(hub)


@DOWNLOADS.shown
def test_a_file_with_another_checksum_is_deleted(hub: Hub) -> None:
    hub.announced = "0" * 64
    errors = run("models", "pull", NAME, code=65, **hub.environment).stderr
    assert "arrived damaged" in errors and "tpop models pull" in errors
    assert NAME not in listed(hub)


@HUB_ERRORS.shown
@pytest.mark.parametrize(
    ("error", "code", "message", "hint"),
    [
        ((403, "GatedRepo"), 1, "is gated", "hf auth login"),
        ((401, "RepoNotFound"), 66, "no repository org/repo", "check the name"),
        ((404, "RevisionNotFound"), 66, "has no file tiny.gguf", "file's name"),
        ((500, ""), 69, "cannot download hf:org/repo/tiny.gguf: ", "try again later"),
        ((404, "EntryNotFound"), 66, "has no file tiny.gguf", "file's name"),
    ],
)
def test_errors_of_a_hub_are_explained(
    error: tuple[int, str], code: int, message: str, hint: str, hub: Hub
) -> None:
    hub.error = error
    errors = run("models", "pull", NAME, code=code, **hub.environment).stderr.splitlines()
    assert errors[0].startswith("error: ") and message in errors[0]
    assert errors[1].startswith("hint: ") and hint in errors[1]


@HUB_ERRORS.shown
def test_offline_mode_opens_no_connection(hub: Hub) -> None:
    errors = run("models", "pull", NAME, code=69, HF_HUB_OFFLINE="1", **hub.environment).stderr
    assert "HF_HUB_OFFLINE is set" in errors
    assert hub.requests == []
    run("models", "pull", NAME, **hub.environment)
    hub.requests.clear()
    assert run("ask", "x", "-m", NAME, "-n", "5", HF_HUB_OFFLINE="1", **hub.environment).stdout
    told = run("models", "pull", NAME, HF_HUB_OFFLINE="1", **hub.environment).stderr
    assert f"{NAME} was downloaded before, and can be used: " in told
    assert hub.requests == []
    away = {**hub.environment, "HF_ENDPOINT": "http://127.0.0.1:9"}
    assert "was downloaded before" in run("models", "pull", NAME, **away).stderr


@HUB_ERRORS.shown
def test_an_unreachable_hub_is_reported(tmp_path: Path) -> None:
    away = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "hf")}
    assert (
        "cannot download hf:org/repo/tiny.gguf"
        in run("models", "pull", NAME, code=69, **away).stderr
    )
    assert "does not name a file" in run("models", "pull", "hf:org", code=2, **away).stderr


def test_what_other_programs_downloaded_is_listed(tiny_path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hf" / "hub" / "models--org--repo"
    for name in ("refs", "blobs", "snapshots/abc/sub"):
        (folder / name).mkdir(parents=True)
    (folder / "refs" / "main").write_text("abc")
    (folder / "blobs" / "1").write_bytes(tiny_path.read_bytes())
    (folder / "snapshots" / "abc" / "sub" / "x.gguf").symlink_to(folder / "blobs" / "1")
    (folder / "snapshots" / "abc" / "gone.gguf").symlink_to(folder / "blobs" / "2")
    environment = {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1"}
    rows = json.loads(run("models", "list", "--json", **environment).stdout)
    assert [row["name"] for row in rows if row["origin"] == "hub"] == ["hf:org/repo/sub/x.gguf"]
    assert run("ask", "x", "-m", "hf:org/repo/sub/x.gguf", "-n", "5", **environment).stdout


@HUB_ERRORS.shown
@pytest.mark.parametrize("command", [["models", "show"], ["models", "use"], ["ask", "x", "-m"]])
def test_a_name_that_is_none_is_refused_by_every_command(command: list[str]) -> None:
    errors = run(*command, "hf:org/my repo/x.gguf", code=2).stderr.splitlines()
    assert errors == [
        "error: hf:org/my repo/x.gguf does not name a file",
        "hint: write hf:ORG/REPO/FILE.gguf",
    ]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("hf:org/repo", "x-Q4_K_M.gguf"),
        ("hf:org/repo:q8_0", "x-Q8_0.gguf"),
        ("hf:org/repo:latest", "x-Q4_K_M.gguf"),
    ],
)
def test_a_repository_is_enough(name: str, file: str, hub: Hub) -> None:
    hub.files = ("mmproj-Q4_K_M.gguf", "x-Q2_K.gguf", "x-Q4_K_M.gguf", "x-Q8_0.gguf")
    assert run("ask", "x", "-m", name, "-n", "5", **hub.environment).stdout
    assert [path for method, path, _ in hub.requests if method == "GET"][1:] == [
        f"/org/repo/resolve/main/{file}"
    ]
    hub.requests.clear()
    run("models", "use", name, **hub.environment)
    assert run("ask", "x", "-n", "5", **hub.environment).stdout
    assert hub.requests == []
    short = f"hf:org/repo:{file[2:-5]}"
    assert listed(hub)[short]["in_use"] is True
    away = {**hub.environment, "HF_HUB_OFFLINE": "1"}
    assert "was downloaded before" in run("models", "pull", name, **away).stderr
    run("models", "remove", name, "--yes", **hub.environment)
    assert short not in listed(hub)


def test_all_parts_are_downloaded_and_removed_by_any_name(hub: Hub) -> None:
    hub.files = ("x-Q8_0-00001-of-00002.gguf", "x-Q8_0-00002-of-00002.gguf")
    run("models", "pull", f"hf:org/repo/{hub.files[1]}", **hub.environment)
    assert [name for name in listed(hub) if name.startswith("hf:")] == ["hf:org/repo:Q8_0"]
    run("models", "remove", f"hf:org/repo/{hub.files[1]}", "--yes", **hub.environment)
    assert not list(Path(hub.environment["HF_HOME"]).rglob("*.gguf"))


@HUB_ERRORS.shown
def test_a_repository_without_a_fitting_file_is_reported(hub: Hub) -> None:
    hub.files = ("x-Q2_K.gguf", "x-Q8_0.gguf")
    errors = run("models", "pull", "hf:org/repo:Q4_K_M", code=66, **hub.environment).stderr
    assert errors.splitlines() == [
        "error: org/repo has no file for Q4_K_M",
        "hint: it has Q2_K, Q8_0",
    ]
    hub.error = (401, "RepoNotFound")
    errors = run("models", "pull", "hf:org/repo", code=66, **hub.environment).stderr
    assert errors.startswith("error: there is no repository org/repo, or it is private")


def test_what_another_program_downloaded_is_not_removed(tmp_path: Path) -> None:
    hub_model(tmp_path / "hf" / "hub", "org/repo", "x-Q8_0.gguf")
    environment = {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1"}
    told = run("models", "remove", "hf:org/repo:Q8_0", "--yes", code=2, **environment).stderr
    assert "tpop deletes nothing there" in told
    assert list((tmp_path / "hf").rglob("*.gguf"))
