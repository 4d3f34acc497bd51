"""Words, sentences, list items and marks in the scripts of the world."""

from __future__ import annotations

import math
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.text_parts import (
    count_emoji,
    count_list_items,
    count_questions,
    count_sentences,
    ends_with_question,
    in_code_fence,
    without_list_numbers,
    words,
)

ENGLISH = (
    "The water in the kettle boils at a hundred degrees. Then we pour it over the leaves and wait "
    "for three minutes. Do you take milk with your tea?"
)
TRANSLATIONS = {
    "German": "Das Wasser im Kessel kocht bei hundert Grad. Dann gießen wir es über die Blätter "
    "und warten drei Minuten. Nehmen Sie Milch zum Tee?",
    "Greek": "Το νερό στον βραστήρα βράζει στους εκατό βαθμούς. Μετά το ρίχνουμε πάνω στα φύλλα "
    "και περιμένουμε τρία λεπτά. Βάζετε γάλα στο τσάι;",
    "Russian": "Вода в чайнике кипит при ста градусах. Потом мы заливаем ею листья и ждём три "
    "минуты. Вы пьёте чай с молоком?",
    "Arabic": "يغلي الماء في الإبريق عند مئة درجة. ثم نصبه فوق الأوراق وننتظر ثلاث دقائق. هل تشرب "
    "الشاي مع الحليب؟",
    "Hindi": "केतली का पानी सौ डिग्री पर उबलता है। फिर हम उसे पत्तियों पर डालते हैं और "
    "तीन मिनट रुकते हैं। क्या आप चाय में दूध लेते हैं?",
    "Korean": "주전자의 물은 백 도에서 끓습니다. 그다음 잎 위에 붓고 삼 분 동안 "
    "기다립니다. 차에 우유를 넣으십니까?",
    "Chinese": "壶里的水在一百度沸腾。然后我们把它倒在茶叶上，等三分钟。你喝茶加牛奶吗？",
    "Japanese": "やかんの水は百度で沸騰します。それから茶葉の上に注いで、"
    "三分間待ちます。紅茶に牛乳を入れますか？",
    "Thai": "น้ำในกาต้มน้ำเดือดที่หนึ่งร้อยองศา จากนั้นเราเทลงบนใบชาแล้วรอสามนาที คุณใส่นมในชาไหม",
}
"""Language -> the same three sentences."""


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_is_about_as_long(language: str) -> None:
    n = len(words(TRANSLATIONS[language]))
    assert len(words(ENGLISH)) / 2 <= n <= 2 * len(words(ENGLISH))


@pytest.mark.parametrize("language", [name for name in TRANSLATIONS if name != "Thai"])
def test_sentences_end_with_the_marks_of_their_script(language: str) -> None:
    """Thai has no such mark."""
    assert count_sentences(TRANSLATIONS[language]) == 3
    first = TRANSLATIONS[language][: re.search("[.。।]", TRANSLATIONS[language]).end()]  # type: ignore[union-attr]
    assert count_sentences(first) == 1


@pytest.mark.parametrize("language", [name for name in TRANSLATIONS if name != "Thai"])
def test_the_last_sentence_asks(language: str) -> None:
    assert count_questions(TRANSLATIONS[language]) == 1
    assert ends_with_question(TRANSLATIONS[language] + "** 🙂\n")
    assert not ends_with_question(TRANSLATIONS[language] + " No.")


def test_marks_end_a_sentence_before_quotes_and_not_inside_numbers() -> None:
    assert count_sentences('"Go." He went… **Now!**') == 3
    assert count_sentences("π is 3.14 at v1.2.") == 1
    assert count_sentences("one; two") == 0
    assert count_sentences("水は沸く．２．５度だ．") == 2


def test_vowel_signs_and_accents_belong_to_their_word() -> None:
    assert words("हिन्दी में") == ["हिन्दी", "में"]
    assert words("cafe\u0301 noir") == ["cafe\u0301", "noir"]


@pytest.mark.parametrize(
    "text",
    [
        "- a\n- b",
        "* a\n+ b",
        "1. a\n2) b",
        "１．a\n２．b",
        "1.水\n2.火",
        "(1) a\n（二）火",
        "①a\n② b",
        "一、水\n二、火",
        "・水\n・火",
        "١. ماء\n٢. نار",
    ],
)
def test_items_are_counted_in_every_style(text: str) -> None:
    assert count_list_items(text) == 2
    assert count_list_items(text.replace("\n", " ")) == 1


def test_text_that_looks_like_an_item_is_none() -> None:
    assert count_list_items("-5 degrees\n3.14 is pi\n一个人\n2024. Then\n(so) it is") == 0


def test_the_numbers_of_items_are_taken_out() -> None:
    assert without_list_numbers("1. one\n２．2 eggs").split() == ["one", "2", "eggs"]


def test_an_emoji_that_is_drawn_as_one_counts_as_one() -> None:
    assert count_emoji("👨‍👩‍👧‍👦") == count_emoji("❤️") == count_emoji("🇩🇪") == 1
    assert count_emoji("1️⃣") == count_emoji("⭐") == count_emoji("⏰") == 1
    assert count_emoji("👍👍🏽") == 2
    assert count_emoji("plain text © 2026") == 0


@given(st.text())
def test_every_word_is_in_the_text_and_twice_the_text_has_twice_the_words(text: str) -> None:
    found = words(text)
    folded = text.lower().replace("’", "'")
    assert all(word in folded for word in found)
    assert len(words(f"{text} {text}")) == 2 * len(found)


@pytest.mark.parametrize(
    "unit",
    ["a", "水", "ก", "่", "👩\u200d", "1", "। ", "'a", "\n", "・", "一", "?)", ".*", "α;", "（"],
)
def test_the_time_is_linear_in_the_length(unit: str) -> None:
    def seconds(n: int) -> float:
        start = time.perf_counter()
        for measure in (
            words,
            count_sentences,
            count_list_items,
            without_list_numbers,
            count_emoji,
            count_questions,
            ends_with_question,
        ):
            measure(unit * n)
        return time.perf_counter() - start

    short, long = (min(seconds(n) for _ in range(3)) for n in (4_000, 32_000))
    assert math.log(long / short, 8) < 1.6


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("So:\n```python\nx = 1\n", True),
        ("```\nx\n```", False),
        ("```\r\nx\r\n```\r\nDone", False),
        ("  ~~~\n```\n~~~ ", False),
        ("```ls -l``` lists files", False),
        ("````markdown\n```\nx\n```\n", True),
        ("```\n```python\nx", True),  # what has a name behind it closes nothing
        ("a ``` b", False),
    ],
)
def test_fenced_code_ends_at_a_fence_like_its_first(text: str, inside: bool) -> None:
    assert in_code_fence(text) == inside
