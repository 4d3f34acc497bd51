"""What the words of `tpop taste set` and `tpop taste clear` mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.axes import AXES
from tpop_cli.core.parse_said import clear_said, parse_said
from tpop_cli.core.said import MAX_WISH, Said
from tpop_cli.errors import NoInputError, TpopError, UsageError

POLES = [
    (axis.name, sign, pole.name)
    for axis in AXES
    for sign, pole in zip((1.0, -1.0), axis.poles, strict=True)
]


@pytest.mark.parametrize(("axis", "sign", "pole"), POLES)
def test_the_name_of_every_pole_says_that_pole(axis: str, sign: float, pole: str) -> None:
    for words in ([pole], [pole.upper()], pole.split(), [f"  {pole} "], [f"{axis}={sign}"]):
        assert parse_said(words, AXES) == Said({axis: sign}), words
    for words in ([f"a little {pole}"], ["a", "little", *pole.split()], [f"{pole} (a little)"]):
        assert parse_said(words, AXES) == Said({axis: sign / 4}), words
    assert parse_said([f"somewhat {pole}"], AXES) == Said({axis: sign / 2})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["length=-0.5"], Said({"length": -0.5})),
        (["Length = 0"], Said({"length": 0.0})),
        (["brief", "formal"], Said({"length": 1.0, "register": -1.0})),
        (["brief, formal"], Said({"length": 1.0, "register": -1.0})),
        (["warm,", "brief"], Said({"tone": 1.0, "length": 1.0})),
        (["brief", "no emojis"], Said({"length": 1.0}, ("no emojis",))),
        (["no emojis, British spelling"], Said({}, ("no emojis, British spelling",))),
        (["no", "emojis"], Said({}, ("no emojis",))),
        (["no", "lists"], Said({}, ("no lists",))),
        (["no lists"], Said({}, ("no lists",))),
        (["not", "warm,", "brief"], Said({}, ("not warm, brief",))),
        (["please", "be", "brief"], Said({}, ("please be brief",))),
        (["casual", "words"], Said({}, ("casual words",))),
        (["lists", "no emojis", "formal"], Said({"form": 1.0, "register": -1.0}, ("no emojis",))),
        (["formal, but not stiff"], Said({}, ("formal, but not stiff",))),
        (["British"], Said({}, ("British",))),
        (["more examples"], Said({}, ("more examples",))),
        (["put x = 3 first"], Said({}, ("put x = 3 first",))),
        (['"no emojis"'], Said({}, ("no emojis",))),
        (['"brief"'], Said({}, ("brief",))),
        (["bitte keine Listen"], Said({}, ("bitte keine Listen",))),
        (["简短"], Said({}, ("简短",))),
    ],
)
def test_words_and_what_they_say(words: list[str], said: Said) -> None:
    assert parse_said(words, AXES) == said


def test_what_is_marked_as_own_words_is_a_wish() -> None:
    assert parse_said(["brief"], AXES, wish=True) == Said({}, ("brief",))
    assert parse_said(["breif"], AXES, wish=True) == Said({}, ("breif",))


@pytest.mark.parametrize(
    ("words", "problem", "hint"),
    [
        (["breif"], "there is no style 'breif'; did you mean 'brief'?", "--words"),
        (["brief", "formel"], "there is no style 'formel'; did you mean 'formal'?", "--words"),
        (["simple word"], "did you mean 'simple words'?", "--words"),
        (["lenght=0.5"], "there is no axis 'lenght'; did you mean 'length'?", "one of: length"),
        (["size=0.5"], "there is no axis 'size'", "one of: length"),
        (["length"], "length is an axis", "brief, detailed, or length=0.5"),
        (["length=1.5"], "'1.5' is not a strength from -1 to 1", "1 is brief"),
        (["length=nan"], "'nan' is not a strength", "-1 is detailed"),
        (["length=much"], "'much' is not a strength", "0 leaves"),
        ([], "nothing was said", "no emojis"),
        (["  "], "nothing was said", "brief"),
        (["", " , ,"], "nothing was said", "brief"),
        (["x" * (MAX_WISH + 1)], "has 201 characters", "short"),
        (["no \x1b[31m red"], "cannot be a wish", "printable"),
    ],
)
def test_what_cannot_be_understood_is_refused(words: list[str], problem: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_said(words, AXES)
    assert problem in error.value.message
    assert hint in (error.value.hint or "")


@given(st.lists(st.text(max_size=20), max_size=4))
def test_any_words_are_understood_or_refused_in_one_line(words: list[str]) -> None:
    try:
        said = parse_said(words, AXES)
    except TpopError as error:
        assert error.message
    else:
        assert said
        assert said.add(said) == said


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("length", Said({"tone": -1.0}, ("no emojis", "2"))),
        ("Brief", Said({"tone": -1.0}, ("no emojis", "2"))),
        ("detailed", Said({"tone": -1.0}, ("no emojis", "2"))),
        ("No Emojis", Said({"length": 0.5, "tone": -1.0}, ("2",))),
        ('"no emojis"', Said({"length": 0.5, "tone": -1.0}, ("2",))),
        ("1", Said({"length": 0.5, "tone": -1.0}, ("2",))),
        ("2", Said({"length": 0.5, "tone": -1.0}, ("no emojis",))),
    ],
)
def test_one_thing_is_taken_back(name: str, left: Said) -> None:
    said = Said({"length": 0.5, "tone": -1.0}, ("no emojis", "2"))
    assert clear_said(said, name, AXES) == left


@pytest.mark.parametrize("name", ["form", "lists", "3", "0", "", "no emoji"])
def test_what_was_not_said_cannot_be_taken_back(name: str) -> None:
    with pytest.raises(NoInputError, match="you have not said") as error:
        clear_said(Said({"length": 1.0}, ("no emojis",)), name, AXES)
    assert error.value.hint == 'you said: brief, "no emojis"'
    with pytest.raises(NoInputError) as error:
        clear_said(Said(), name, AXES)
    assert error.value.hint == "nothing is said"
