"""Reads what a user says: names of poles, axis=strength, or a wish in free words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from ..errors import NoInputError, UsageError
from .axes import Axis
from .describe import said_words
from .said import MAX_WISH, Said

_ASSIGNMENT = re.compile(r"(.+?)\s*=\s*(\S+)")
_AMOUNT = re.compile(r"(?:(a little|somewhat)\s+)?(.+?)(?:\s*\((a little|somewhat)\))?")
_AMOUNTS = {"a little": 0.25, "somewhat": 0.5}
_NEAR = 0.7  # how alike a word and a name are, for the word to be a misspelling


def parse_said(arguments: Sequence[str], axes: Sequence[Axis], *, wish: bool = False) -> Said:
    """What the words of a command say.

    Names of poles, such as "brief" or "a little formal", and an axis with a strength, such as
    "length=-0.5", say that. If any word is something else, all words together are one wish: "no
    lists" is not "lists". But if an argument has several words, which its user put in quotation
    marks, each argument is read by itself.

    Args:
        arguments: the words.
        axes: the axes that there are.
        wish: take them as a wish, whatever they are; quotation marks around all do so, too.

    Raises:
        UsageError: there is no word; a name that is nearly right; a strength out of range; a wish
            that is too long.
    """
    texts = [text for one in arguments if (text := " ".join(one.split())).strip(" ,")]
    if not texts:
        raise UsageError("nothing was said", _examples(axes))
    whole = " ".join(texts)
    if wish or (len(whole) > 1 and whole[0] == whole[-1] == '"'):
        return _wish(whole)
    style = _style(whole, axes)
    if style is not None:
        return style
    apart = any(" " in text for text in texts) or all(_seems_style(text, axes) for text in texts)
    by_itself = texts if apart else [whole]
    said = Said()
    for text in by_itself:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        styles = [_style(part, axes) for part in parts]
        found = [style for style in styles if style is not None]
        if len(found) < len(parts):  # a comma within a wish
            found = [_wish(_not_a_name(text, axes))]
        for one in found:
            said = said.add(one)
    return said


def clear_said(said: Said, name: str, axes: Sequence[Axis]) -> Said:
    """What is left after taking one thing back.

    Args:
        said: all that was said.
        name: an axis, one of its poles, a wish, or the wish's number from 1.
        axes: the axes that there are.

    Raises:
        NoInputError: no such thing was said.
    """
    name = " ".join(name.split())
    if name.isdecimal() and 1 <= int(name) <= len(said.wishes):
        return said.without_wish(said.wishes[int(name) - 1])
    for wish in said.wishes:
        if wish.casefold() == name.casefold().strip('"'):
            return said.without_wish(wish)
    for axis in axes:
        names = (axis.name, axis.toward.name, axis.away.name)
        if said.has(axis) and name.casefold() in map(str.casefold, names):
            return said.without_axis(axis.name)
    if name in said.strengths:  # of an axis that was removed
        return said.without_axis(name)
    listed = ", ".join(said_words(said, axes))
    raise NoInputError(
        f"you have not said {name!r}", f"you said: {listed}" if listed else "nothing is said"
    )


def _seems_style(text: str, axes: Sequence[Axis]) -> bool:
    """Whether a word says a style, perhaps misspelled."""
    word = text.strip(",")
    if _style(word, axes, strict=False) is not None:
        return True
    return _axis(word, axes) is None and _near(word, axes) is not None


def _near(name: str, axes: Sequence[Axis]) -> str | None:
    """The name of a pole or an axis of which a text is a misspelling; None if there is none."""
    n_words = len(name.split())
    all_names = (n for a in axes for n in (a.toward.name, a.away.name, a.name))
    names = {n.casefold(): n for n in all_names if len(n.split()) == n_words}
    near = difflib.get_close_matches(name.casefold(), names, 1, _NEAR)
    return names[near[0]] if near else None


def _style(text: str, axes: Sequence[Axis], *, strict: bool = True) -> Said | None:
    """What a text says as the name of a pole or a strength of an axis; None if it is neither."""
    assignment = _ASSIGNMENT.fullmatch(text)
    axis = _axis(assignment[1], axes) if assignment else None
    if assignment and axis is not None:
        return Said({axis.name: _strength(assignment[2], axis)})
    match = _AMOUNT.fullmatch(text.casefold())
    if match is None:
        return None
    amount = _AMOUNTS.get(match[1] or match[3] or "", 1.0)
    for one in axes:
        for sign, pole in zip((1.0, -1.0), one.poles, strict=True):
            if pole.name.casefold() in (match[2], text.casefold()):
                return Said({one.name: sign * (amount if pole.name.casefold() == match[2] else 1)})
    axis = _axis(text, axes)
    if axis is not None and strict:
        raise UsageError(
            f"{axis.name} is an axis: say one of its poles, or a strength from -1 to 1",
            f"{axis.toward.name}, {axis.away.name}, or {axis.name}=0.5",
        )
    return None


def _axis(name: str, axes: Sequence[Axis]) -> Axis | None:
    return next((axis for axis in axes if axis.name.casefold() == name.casefold()), None)


def _strength(text: str, axis: Axis) -> float:
    try:
        s = float(text)
    except ValueError:
        s = 2.0
    if not -1 <= s <= 1:  # also not a number
        raise UsageError(
            f"{text!r} is not a strength from -1 to 1",
            f"1 is {axis.toward.name}, -1 is {axis.away.name}, 0 leaves the {axis.name} alone",
        )
    return s + 0.0  # no negative zero


def _not_a_name(text: str, axes: Sequence[Axis]) -> str:
    """The text, unless it is nearly the name of a pole or an axis. Raises UsageError if it is."""
    assignment = _ASSIGNMENT.fullmatch(text)
    name = assignment[1] if assignment else text
    near = _near(name, axes)
    if near and not assignment:
        raise UsageError(
            f"there is no style {name!r}; did you mean {near!r}?",
            "see tpop axes list; in your own words: --words, or quotation marks in a chat",
        )
    if assignment and _is_number(assignment[2]):
        meant = f"; did you mean {near!r}?" if near else ""
        raise UsageError(
            f"there is no axis {name!r}{meant}",
            f"one of: {', '.join(axis.name for axis in axes)}",
        )
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _wish(text: str) -> Said:
    text = text.strip().strip('"').strip()
    if not text.isprintable() or not text:
        raise UsageError(f"{text[:40]!r} cannot be a wish", "use printable characters")
    if len(text) > MAX_WISH:
        raise UsageError(
            f"the wish has {len(text)} characters: at most {MAX_WISH} are allowed",
            "a short one is followed better",
        )
    return Said({}, (text,))


def _examples(axes: Sequence[Axis]) -> str:
    poles = ", ".join(axis.toward.name for axis in axes[:2])
    return f'say a style ({poles}, ...; tpop axes list) or your own words ("no emojis")'
