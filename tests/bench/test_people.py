"""The people bench: what is predicted before what is learned, and what is left out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tpop_cli.bench.people import (
    BINS,
    Crowd,
    predictions_of_others,
    predictions_of_the_longer_one,
    predictions_of_tpop,
    read_people,
    report,
    summarize,
)
from tpop_cli.bench.population import PersonsPicks
from tpop_cli.core.features import FEATURES
from tpop_cli.core.reward import Priors
from tpop_cli.errors import BadDataError

from ..cli.running import run

SHORT, LONG = "A short answer.", "A longer answer, which says the same with many more words."
PATH = Path("crowd.jsonl")


def line(annotator: str, chosen: str, rejected: str, **more: object) -> str:
    body = {"annotator": annotator, "prompt": "?", "chosen": chosen, "rejected": rejected, **more}
    return json.dumps(body)


def crowd_data(*people: tuple[str, str, str], n: int = 8) -> bytes:
    """People who always choose the same of two texts."""
    rows = [line(*one) for one in people for _ in range(n)]
    return ("\n".join(rows) + "\n").encode()


def test_every_person_is_read_with_picks_in_their_order() -> None:
    rows = [line("a", LONG, SHORT), line("b", SHORT, LONG), "", line("a", SHORT, LONG, tie=True)]
    rows += [line("a", LONG, SHORT)] * 4
    (one,) = read_people(PATH, "\n".join(rows).encode())  # b has one pick: too few
    assert one.name == "a"
    assert one.tie.tolist() == [False, True, False, False, False, False]
    length = FEATURES.index("length")
    assert (one.differences[:, length] > 0).tolist() == [True, False, True, True, True, True]


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        "3",
        '{"annotator": "a", "chosen": "x"}',
        '{"annotator": "a", "chosen": 3, "rejected": "x"}',
        '{"annotator": null, "chosen": "y", "rejected": "x"}',
        '{"annotator": "a", "chosen": "y", "rejected": "x", "tie": "no"}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_pick_is_named(row: str) -> None:
    with pytest.raises(BadDataError, match="line 2"):
        read_people(PATH, f"{line('a', LONG, SHORT)}\n{row}\n".encode())


def test_a_file_without_enough_picks_of_anyone_is_an_error() -> None:
    with pytest.raises(BadDataError, match="nobody"):
        read_people(PATH, crowd_data(("a", LONG, SHORT), n=4))


def random_person(seed: int, n: int = 30) -> PersonsPicks:
    rng = np.random.default_rng(seed)
    return PersonsPicks(f"p{seed}", rng.normal(0, 1, (n, len(FEATURES) + 1)), rng.random(n) < 0.2)


def test_a_pick_is_predicted_from_the_picks_before_it_alone() -> None:
    one, n = random_person(0), 12
    whole = predictions_of_tpop(one, Priors())
    begun = PersonsPicks("p", one.differences[:n].copy(), one.tie[:n].copy())
    np.testing.assert_array_equal(predictions_of_tpop(begun, Priors()), whole[:n])
    begun.differences[n - 1] *= -1  # the other text was chosen
    assert predictions_of_tpop(begun, Priors())[n - 1] == pytest.approx(1 - whole[n - 1])


def test_a_model_of_others_knows_nothing_of_the_person_s_own_picks() -> None:
    people, columns = [random_person(seed) for seed in range(4)], range(len(FEATURES) + 1)
    before = predictions_of_others(people, columns)
    turned = [PersonsPicks("p", -people[0].differences, people[0].tie), *people[1:]]
    after = predictions_of_others(turned, columns)
    np.testing.assert_allclose(after[0], 1 - before[0])
    assert not np.allclose(after[1], before[1])
    assert predictions_of_others(people[:1], columns)[0] == pytest.approx(0.5)


def test_the_longer_one_is_a_rule_whoever_the_others_are() -> None:
    """Also for one person alone, and in a crowd that likes short texts."""
    length = FEATURES.index("length")
    people = [random_person(seed) for seed in range(4)]
    for one in people:
        one.differences[:, length] = -np.abs(one.differences[:, length])
    for crowd in (people, people[:1]):
        for one, p in zip(crowd, predictions_of_the_longer_one(crowd), strict=True):
            assert ((p > 0.5) == (one.differences[:, length] > 0)).all()
            assert np.abs(p - 0.5).max() < 0.01  # the others say that it is not so


def test_the_summary_is_a_mean_over_people_and_leaves_ties_out() -> None:
    d = np.zeros((6, 1))
    people = [
        PersonsPicks("a", d, np.array([False] * 6)),
        PersonsPicks("b", d, np.array([True, False, True, True, True, True])),
        PersonsPicks("c", d, np.array([True] * 6)),
    ]
    predicted = [np.array([0.9, 0.9, 0.9, 0.1, 0.5, 0.5]), np.full(6, 0.8), np.full(6, 0.8)]
    found = summarize(people, predicted)
    assert found["accuracy"]["mean"] == pytest.approx((4 / 6 + 1) / 2)
    loss = -(3 * np.log(0.9) + np.log(0.1) + 2 * np.log(0.5)) / 6
    assert found["log_loss"]["mean"] == pytest.approx((loss - np.log(0.8)) / 2)
    first, second, *later = found["by_picks"]
    assert first["accuracy"] == pytest.approx((3.5 / 5 + 1) / 2)
    assert second["accuracy"] == 0.5
    assert [one["accuracy"] for one in later] == [None] * (len(BINS) - 2)
    assert summarize(people[2:], predicted[2:])["accuracy"] is None


def test_a_crowd_that_likes_long_texts_is_told_from_one_that_does_not() -> None:
    def crowd(name: str, chosen: str, rejected: str) -> Crowd:
        people = [(f"p{i}", chosen, rejected) for i in range(4)]
        return Crowd(name, read_people(PATH, crowd_data(*people)))

    seen: list[str] = []
    found = report([crowd("long", LONG, SHORT), crowd("short", SHORT, LONG)], seen.append)
    assert seen == ["long"] * 4 + ["short"] * 4
    for row in found["crowds"]:
        assert (row["people"], row["picks"]) == (4, 32)
        assert row["all other people"]["accuracy"]["mean"] == 1.0
        assert row["tpop"]["by_picks"][1]["accuracy"] == 1.0
        assert row["a coin"]["accuracy"]["mean"] == 0.5
    length = {name: of_crowd["length"]["mean"] for name, of_crowd in found["weights"].items()}
    assert length["long"] > 0.05 > -0.05 > length["short"]


def test_the_command_prints_tables_and_json(tmp_path: Path) -> None:
    files = []
    for name, chosen, rejected in (("[one]", LONG, SHORT), ("two", SHORT, LONG)):
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(crowd_data(("a", chosen, rejected), ("b", chosen, rejected)))
        files.append(str(path))
    shown = run("bench", "people", *files, COLUMNS="200").stdout
    assert "[one]" in shown and "prior of the other files" in " ".join(shown.split())
    done = run("bench", "people", files[0], "--max-picks", "6", "--json")
    found = json.loads(done.stdout)
    assert found["crowds"][0]["picks"] == 12
    assert "prior of the other files" not in found["crowds"][0]
    assert "same picks" in run("bench", "people", files[0], files[0], code=2).stderr
    missing = run("bench", "people", str(tmp_path / "none.jsonl"), code=66)
    assert "hint:" in missing.stderr
