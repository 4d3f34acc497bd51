"""Phrases that open, close and hedge an answer."""

from __future__ import annotations

import pytest

from tpop_cli.core.phrases import (
    count_agreement,
    count_caveats,
    count_contrasts,
    count_dashes,
    has_closing_offer,
    has_preamble,
)


@pytest.mark.parametrize(
    "text",
    [
        "Certainly! Water boils at 100 degrees.",
        "**Sure!** Water boils.",
        "Sure, here is a list.",
        "Great question! Water boils.",
        "What a great question. Water boils.",
        "That’s an excellent question!",
        "Hello! Water boils.",
        "I'd be happy to help.",
        "Here are some tips:",
        "You're absolutely right.",
        "Natürlich! Wasser kocht.",
        "Gute Frage! Wasser kocht.",
        "¡Claro! El agua hierve.",
        "¡Qué buena pregunta!",
        "Bien sûr ! L'eau bout.",
        "Voici quelques conseils.",
        "Certo! L'acqua bolle.",
        "Claro! A água ferve.",
        "Natuurlijk! Water kookt.",
        "当然可以！水会沸腾。",
        "はい、水は沸騰します。",
    ],
)
def test_an_opening_before_the_answer_is_seen(text: str) -> None:
    assert has_preamble(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Water boils. Great question!",
        "Certainly plants need water.",
        "Hiking is healthy.",
        "Highways are long.",
        "Surely it is so.",
        "Hereditary traits pass on.",
        "Good food is simple.",
        "Wasser kocht bei 100 Grad.",
        "水在一百度沸腾。",
    ],
)
def test_an_answer_that_starts_at_once_has_no_opening(text: str) -> None:
    assert not has_preamble(text)


@pytest.mark.parametrize(
    "text",
    [
        "Let me know if you have any questions!",
        "I hope this helps.",
        "Would you like to know more?",
        "Feel free to ask.",
        "Ich hoffe, das hilft.",
        "Haben Sie noch Fragen?",
        "Espero que te sirva.",
        "N'hésitez pas à demander.",
        "希望这对你有帮助！",
        "お気軽にお尋ねください。",
    ],
)
def test_a_closing_offer_is_seen_at_the_end_alone(text: str) -> None:
    assert has_closing_offer(f"Water boils at 100 degrees. {text}\n")
    assert not has_closing_offer(text + " Water boils at 100 degrees." * 20)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("However, it depends on the height.", 2),
        ("It is important to note this. Consult a doctor.", 2),
        ("Es kommt darauf an.", 1),
        ("Sin embargo, no siempre.", 2),
        ("Cela dépend.", 1),
        ("但是不一定。", 2),
        ("Water boils at 100 degrees.", 0),
    ],
)
def test_caveats_are_counted(text: str, count: int) -> None:
    assert count_caveats(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("You’re right, and I agree.", 2),
        ("Du hast recht.", 1),
        ("Vous avez raison.", 1),
        ("Actually, that is a myth.", -2),
        ("That's not quite right.", -1),
        ("Das stimmt nicht.", -1),
        ("Turn right and go on.", 0),
    ],
)
def test_agreement_counts_against_disagreement(text: str, count: int) -> None:
    assert count_agreement(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It's not just tea, but a ritual.", 1),
        ("It isn’t a drink; it’s a habit.", 1),
        ("Das ist nicht nur Tee, sondern ein Ritual.", 1),
        ("No es té sino un rito.", 1),
        ("这不是茶，而是仪式。", 1),
        ("It is not tea.", 0),
        ("I am not sure. But it may be tea.", 0),
    ],
)
def test_not_x_but_y_is_counted(text: str, count: int) -> None:
    assert count_contrasts(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("tea—or coffee—is", 2),
        ("tea – or coffee", 1),
        ("tea -- or coffee--is", 2),
        ("well-known", 0),
        ("- one\n- two\n", 0),
        ("1990–2000", 0),
        ("---\ntext", 0),
    ],
)
def test_dashes_are_no_hyphens_and_no_list_marks(text: str, count: int) -> None:
    assert count_dashes(text) == count
