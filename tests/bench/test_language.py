"""The language of known texts."""

from __future__ import annotations

import pytest

from tpop_cli.bench.harm_tasks import HARM_SPLITS
from tpop_cli.bench.language import identify

TEXTS = {
    "en": (
        "Gravity is a force that pulls objects towards each other.",
        "You can save energy at home if you turn off the lights.",
        "Paris is the capital of France. It lies on the Seine and has two million inhabitants.",
        "1. Boil the water.\n2. Put the tea bag in a cup.\n3. Wait for three minutes.",
        "It's simple: don't worry, and they'll come to you.",
    ),
    "de": (
        "Die Schwerkraft ist eine Kraft, die Gegenstände anzieht.",
        "Man kann zu Hause Energie sparen, wenn man das Licht ausschaltet.",
        "Paris ist die Hauptstadt von Frankreich und liegt an der Seine.",
        "1. Wasser kochen.\n2. Den Beutel in die Tasse legen.\n3. Drei Minuten warten.",
        "Wir schlafen, damit sich der Körper erholt.",
        "Ein Vulkan ist ein Berg, aus dem Lava kommt.",
    ),
    "fr": (
        "La gravité est une force qui attire les objets.",
        "L'amitié est un lien d'affection entre deux personnes.",
        "Paris est la capitale de la France et se trouve sur la Seine.",
        "1. Faites bouillir l'eau.\n2. Mettez le thé dans une tasse.\n3. Attendez trois minutes.",
        "Pour rester en bonne santé, il faut bien manger et dormir.",
        "L’océan est bleu parce qu’il absorbe la lumière rouge.",
    ),
    "es": (
        "La gravedad es una fuerza que atrae los objetos.",
        "La amistad es un vínculo de afecto entre dos personas.",
        "París es la capital de Francia y está a orillas del Sena.",
        "1. Hierva el agua.\n2. Ponga la bolsita en una taza.\n3. Espere tres minutos.",
        "Para mantenerse sano hay que comer bien y dormir lo suficiente.",
        "Un volcán es una montaña de la que sale lava.",
    ),
    "zh": (
        "重力是一种使物体相互吸引的力。",
        "巴黎是法国的首都。",
        "可以使用 Python 和 HTML 来做这件事。",
        "因为阳光在大气中发生散射，所以天空是蓝色的。",
    ),
}


@pytest.mark.parametrize(("language", "text"), [(k, t) for k, ts in TEXTS.items() for t in ts])
def test_the_language_of_a_text_is_found(language: str, text: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "La gravità è una forza che attrae gli oggetti e li fa cadere."),
        ("pt", "A gravidade é uma força que atrai os objetos para o centro da Terra."),
        ("nl", "De zwaartekracht is een kracht die voorwerpen naar de aarde trekt."),
    ],
)
def test_similar_languages_are_not_taken_for_another(language: str, text: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "こんにちは、元気ですか。",
        "하늘은 파란색입니다.",
        "xq zzt grmpf blorb",
        "Небо голубое.",
    ],
)
def test_of_other_texts_no_language_is_claimed(text: str) -> None:
    assert identify(text) is None


def test_code_has_no_language() -> None:
    code = "```python\n# the sum of all the numbers that are in the list\nfor i in x: pass\n```"
    assert identify(f"Die Funktion ist kurz und gibt die Summe zurück:\n{code}") == "de"
    assert identify(code) is None
    assert identify("Nutze `if not the_end or is_in(a)` und nicht die andere.") == "de"


def test_an_answer_that_turns_to_english_is_english() -> None:
    text = "Natürlich! The sky is blue because the air scatters the blue light of the sun."
    assert identify(text) == "en"


@pytest.mark.parametrize("split", HARM_SPLITS)
def test_every_prompt_of_the_bench_is_in_the_language_that_it_claims(split: str) -> None:
    tasks = HARM_SPLITS[split]
    joined = {
        code: " ".join(t.prompt for t in tasks.language if t.language == code)
        for code in ("de", "fr", "es", "zh")
    }
    assert {code: identify(text) for code, text in joined.items()} == {c: c for c in joined}
    assert {identify(" ".join(t.prompt for t in kind)) for kind in (tasks.code, tasks.topics)} == {
        "en"
    }


def test_an_english_sentence_with_articles_is_not_portuguese() -> None:
    assert identify("A good deed begins with a single word.") == "en"
    assert identify("A ponte é a obra de um homem só.") == "pt"
