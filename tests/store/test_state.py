"""The content of state.json. tests/faults/test_files.py damages it in every way."""

from __future__ import annotations

import numpy as np

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


def test_a_profile_whose_state_has_fewer_features_is_learned_again_from_its_log() -> None:
    """As an older version wrote it. The picks keep what was measured then."""
    profile = taught("work", 3)
    path = profile.folder / "state.json"
    state = decode_checksummed(path.read_bytes())
    n, dropped = len(state["mean"]), 7
    keep = [i for i in range(n) if not n - 1 - dropped <= i < n - 1]  # the last one is curved
    full = np.zeros((n, n))
    full[np.tril_indices(n)] = state["precision"]
    older = full[np.ix_(keep, keep)]
    state["features"] = state["features"][:-dropped]
    state["mean"] = [state["mean"][i] for i in keep]
    state["precision"] = older[np.tril_indices(len(keep))].tolist()
    state["seen"] = [[*o[:3], *(o[3 + i] for i in keep)] for o in state["seen"]]
    path.write_bytes(encode_checksummed(state))
    assert not has_layout(decode_state(path.read_bytes()), AXES)
    again = Profile("work")
    assert again.n_picks == 3
    assert same(again, profile)


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
