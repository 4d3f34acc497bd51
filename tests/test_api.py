"""The Python API: what `import tpop_cli` offers, and that the code on docs/python.md runs."""

from __future__ import annotations

import ast
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import platformdirs
import pytest

import tpop_cli
from tpop_cli import (
    Duel,
    Profile,
    Session,
    load_model,
    open_profile,
    open_session,
    preference_pairs,
    profile_json,
    teach,
)
from tpop_cli.errors import DecodeError, NoInputError, UsageError

from .fakes import FakeEngine
from .pages import blocks, read
from .tiny import CHATML, write_tiny_gguf

QUESTION = "Why is the sky blue?"


def session(folder: Path, name: str | None = "work", seed: int = 0) -> Session:
    """A session on the engine in memory, with its profile in the folder `folder`."""
    profile = open_profile(name, folder) if name else None
    return open_session(FakeEngine(), profile, max_tokens=20, seed=seed)


# -- what is offered -----------------------------------------------------------------------------


def imported_for_type_checkers() -> set[str]:
    """The names that `tpop_cli/__init__.py` imports under TYPE_CHECKING."""
    tree = ast.parse(Path(tpop_cli.__file__).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    imports = (node for node in block.body if isinstance(node, ast.ImportFrom))
    return {alias.name for node in imports for alias in node.names}


def test_the_lists_of_names_agree() -> None:
    offered = set(tpop_cli.__all__) - {"__version__"}
    assert offered == set(tpop_cli._MODULE_OF)
    assert offered == imported_for_type_checkers()
    assert dir(tpop_cli) == sorted(tpop_cli.__all__)
    assert list(tpop_cli.__all__) == sorted(tpop_cli.__all__)


@pytest.mark.parametrize("name", tpop_cli.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(tpop_cli, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'tpop_cli' has no attribute 'nothing'"):
        tpop_cli.nothing  # noqa: B018 - looking it up is the test


def test_importing_the_package_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys, time; start = time.perf_counter(); import tpop_cli\n"
        "print(time.perf_counter() - start)\n"
        "heavy = {'numpy', 'llama_cpp', 'typer', 'rich', 'platformdirs', 'psutil'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    seconds = []
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        took, heavy = done.stdout.splitlines()
        assert heavy == "[]"
        seconds.append(float(took))
    assert min(seconds) < 0.1


# -- files ---------------------------------------------------------------------------------------


def test_a_profile_in_a_folder_leaves_the_users_own_files_alone(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> Path:
        raise AssertionError("the user's own folders are not needed")

    monkeypatch.setattr("tpop_cli.store.paths.home", forbidden)
    monkeypatch.setattr("tpop_cli.store.paths.data_dir", forbidden)
    for name in ("user_config_path", "user_data_path"):
        monkeypatch.setattr(platformdirs, name, forbidden)
    work = session(tmp_path / "profiles")
    for _ in range(2):
        work.pick(work.duel(QUESTION), "first")
    work.answer(QUESTION)
    work.undo()
    work.close()
    assert not home.exists()
    assert open_profile("work", tmp_path / "profiles").n_picks == 1
    assert {path.name for path in (tmp_path / "profiles").iterdir()} == {"work", ".locks"}


def test_without_a_folder_a_profile_is_the_one_of_the_command_line(home: Path) -> None:
    work = open_session(FakeEngine(), open_profile("work"), max_tokens=20)
    work.pick(work.duel(QUESTION), "first")
    assert Profile("work").n_picks == 1
    assert (home / "profiles" / "work").is_dir()


def test_opening_a_profile_writes_nothing(tmp_path: Path) -> None:
    open_profile("work", tmp_path / "profiles")
    assert not (tmp_path / "profiles").exists()


# -- streams -------------------------------------------------------------------------------------


def test_a_duel_streamed_step_by_step_is_the_duel_decoded_whole(tmp_path: Path) -> None:
    steps = list(session(tmp_path).duel_steps(QUESTION))
    whole = session(tmp_path).duel(QUESTION)
    streamed = steps[-1]
    assert len(steps) >= max(len(arm.tokens) for arm in whole.arms)
    assert (streamed.answers, streamed.left) == (whole.answers, whole.left)
    assert streamed.predicted == whole.predicted
    assert streamed.complete
    assert whole.complete


def test_an_answer_streamed_step_by_step_is_the_answer_decoded_whole(tmp_path: Path) -> None:
    texts = [arm.answer for arm in session(tmp_path).answer_steps(QUESTION)]
    whole = session(tmp_path).answer(QUESTION)
    assert whole is not None
    assert texts[-1] == whole.answer


def test_closing_a_stream_leaves_no_sequence_open_and_the_session_usable(tmp_path: Path) -> None:
    work = session(tmp_path)
    engine: Any = work.engine
    with closing(work.duel_steps(QUESTION)) as steps:
        duel = next(steps)
        assert engine.open_now
    assert engine.open_now == {}
    assert not duel.complete
    with pytest.raises(UsageError, match="complete"):
        work.pick(duel, "first")
    with closing(work.answer_steps(QUESTION)) as answering:
        next(answering)
    assert engine.open_now == {}
    work.pick(work.duel(QUESTION), "first")
    assert work.profile is not None
    assert work.profile.n_picks == 1


def test_undo_gives_back_the_taste_and_the_strengths(tmp_path: Path) -> None:
    work = session(tmp_path)
    for _ in range(5):
        work.pick(work.duel(QUESTION), "first")
    before = work.taste, work.strengths()
    work.pick(work.duel("What is tea?"), "second")
    assert work.undo().prompt == "What is tea?"
    taste, strengths = before
    assert work.taste.reward.posterior.mean.tolist() == taste.reward.posterior.mean.tolist()
    assert work.taste.reward.B.tolist() == taste.reward.B.tolist()
    assert work.strengths() == strengths


# -- wrong usage ---------------------------------------------------------------------------------


def test_wrong_usage_is_an_error_with_a_hint(tmp_path: Path) -> None:
    work, plain = session(tmp_path), session(tmp_path, None)
    duel = work.duel(QUESTION)
    against_plain = work.finish_duel(work.prepare_duel_against_plain(QUESTION))
    wrong = [
        lambda: open_session(FakeEngine(), reward="network"),
        lambda: open_session(FakeEngine(), open_profile("work", tmp_path), reward="neural"),
        lambda: load_model(reward="network"),
        lambda: open_profile("a/b", tmp_path),
        lambda: plain.duel(QUESTION),
        plain.undo,
        lambda: work.pick(work.prepare_duel(QUESTION), "first"),
        lambda: work.pick(duel, "3"),  # type: ignore[arg-type]
        lambda: work.pick(against_plain, "first"),
        lambda: teach(work, [], None, 3),  # type: ignore[arg-type]
    ]
    for call in wrong:
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.message
    assert open_profile("work", tmp_path).n_picks == 0


def test_a_path_is_not_the_name_of_a_model(tmp_path: Path) -> None:
    with pytest.raises(NoInputError):
        load_model(Path("smollm2"))
    with pytest.raises(NoInputError):
        load_model(tmp_path / "missing.gguf")


def test_thoughts_are_turned_off_and_have_tokens_of_their_own(tmp_path: Path) -> None:
    header = "<|im_start|>assistant\n'"
    opened = header + " + ('' if enable_thinking is false else '<think>\n')"
    template = "{% set enable_thinking = enable_thinking | default(true) %}" + CHATML
    path = write_tiny_gguf(tmp_path / "thinks.gguf", template=template.replace(header, opened))
    for think, thoughts in (("show", 6), ("off", 0)):
        with load_model(path, n_threads=1, think=think) as model:
            assert model.thinks and not model.ignored
            answer = open_session(model, max_tokens=4, think_tokens=6, seed=1).answer("hi")
            assert answer is not None
            assert answer.n_thought >= thoughts
            assert bool(answer.n_thought) == bool(thoughts)
    with pytest.raises(UsageError):
        load_model(path, think="loudly")


def test_a_model_that_was_closed_is_an_error(tiny_path: Path) -> None:
    """llama.cpp would abort the process if a freed model was used."""
    with load_model(tiny_path, n_threads=1) as model:
        work = open_session(model, max_tokens=4)
        assert work.answer("hi") is not None
    for call in (lambda: work.answer("hi"), lambda: list(work.answer_many(["hi"]))):
        with pytest.raises(DecodeError, match="closed"):
            call()


# -- docs/python.md ------------------------------------------------------------------------------


def test_the_code_on_the_page_runs(
    tmp_path: Path,
    tiny_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    home: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.gguf").symlink_to(tiny_path)
    names: dict[str, Any] = {}
    for block in blocks(read("docs/python.md"), "python"):
        code = block.replace("load_model(", 'load_model("tiny.gguf", ')
        exec(compile(code, "docs/python.md", "exec"), names)
    printed = capsys.readouterr().out.splitlines()
    assert "False" in printed  # the duel whose stream was left
    assert "3 duels: not enough evidence yet" in printed
    assert "only a complete duel can be picked" in printed
    folder = tmp_path / "profiles"
    assert {path.name for path in folder.iterdir()} == {"alice", "terse", "paper", ".locks"}
    alice, terse = open_profile("alice", folder), open_profile("terse", folder)
    assert [pick.verdict in ("exploit", "explore") for pick in alice.picks()] == [True, False, True]
    for pick in terse.picks():
        assert pick.winner is None or len(pick.winner.text) < len(pick.loser.text)  # type: ignore[union-attr]
    assert len((tmp_path / "pairs.jsonl").read_text().splitlines()) == 2
    assert not home.exists()


def test_the_page_names_what_is_offered() -> None:
    page = read("docs/python.md")
    missing = [name for name in tpop_cli.__all__ if name not in page]
    assert missing == ["__version__"]


def test_exports_hold_the_picks(tmp_path: Path) -> None:
    work = session(tmp_path)
    duel: Duel = work.duel(QUESTION)
    work.pick(duel, "first")
    work.pick(work.duel(QUESTION), "skip")
    profile = open_profile("work", tmp_path)
    (pair,) = preference_pairs(profile.picks())
    first, second = duel.answers
    assert pair == {"prompt": QUESTION, "chosen": first, "rejected": second}
    exported = profile_json(profile)
    assert exported["profile"] == "work"
    assert [pick["verdict"] for pick in exported["picks"]] == [p.verdict for p in profile.picks()]
