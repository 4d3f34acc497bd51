"""The content of state.json. tests/faults/test_files.py damages it in every way."""

from __future__ import annotations

from tpop_cli.core.axes import AXES
from tpop_cli.store.files import decode_checksummed, encode_checksummed
from tpop_cli.store.profile import Profile
from tpop_cli.store.state import decode_state, has_layout, layout_of

from .example_picks import same, taught


def test_a_state_has_the_layout_of_its_axes_only() -> None:
    state = decode_state((taught("work", 1).folder / "state.json").read_bytes())
    assert has_layout(state, AXES)
    assert not has_layout(state, AXES[:-1])
    assert not has_layout(state | {"schema": 1}, AXES)
    assert has_layout(layout_of(AXES[1:]), AXES[1:])


def test_a_state_without_a_checksum_of_the_log_is_read() -> None:
    """Older versions wrote none."""
    profile = taught("work", 1)
    path = profile.folder / "state.json"
    state = decode_checksummed(path.read_bytes())
    del state["log_mark"]
    path.write_bytes(encode_checksummed(state))
    assert same(Profile("work"), profile)
    profile.log.path.write_bytes(b"")
    assert Profile("work").n_picks == 0
