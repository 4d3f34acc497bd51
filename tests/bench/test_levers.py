"""The settings of the bandit that are varied one at a time."""

from __future__ import annotations

from dataclasses import fields

from tpop_cli.bench.levers import variations
from tpop_cli.bench.simulate import Variant

from .example_runs import SETTING


def test_the_default_comes_first_and_every_other_row_changes_one_thing() -> None:
    (name, variant, default), *rows = variations(SETTING)
    assert (name, variant, default) == ("the default", Variant(), SETTING)
    for name, variant, setting in rows:
        changed = [
            f for f in fields(setting) if getattr(setting, f.name) != getattr(default, f.name)
        ]
        assert len(changed) + (variant != Variant()) == 1, name
        if changed and changed[0].name == "arms":
            rules = [
                f
                for f in fields(setting.arms)
                if getattr(setting.arms, f.name) != getattr(default.arms, f.name)
            ]
            assert len(rules) == 1, name


def test_rows_have_names_of_their_own() -> None:
    names = [name for name, _, _ in variations(SETTING)]
    assert len(set(names)) == len(names)
