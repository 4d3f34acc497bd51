"""Words, sentences, list items and marks of a text, in any script.

Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without spaces between words. There a
run of letters is cut into words of two Han characters or kana, and of four letters of the others.
That is no segmentation. It makes a translation about as long as the English text: in the tests
0.6 times as many words in Chinese, 0.8 in Japanese and 0.8 in Thai, as 0.6 in Korean and 0.8 in
German, which have spaces.

Each expression takes time linear in the length of any text: none scans a run of characters again
from each position in it. `^[^\\S\\n]*` matches the space before the first word of a line; with
`\\s` it would scan all blank lines before it, from each of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_PAIRED = (
    "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"  # Han
)
_IN_FOURS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ebd\u0ec0-\u0ecd"  # Lao
    "\u1000-\u103f\u1050-\u108f"  # Burmese
    "\u1780-\u17d3"  # Khmer
)


def _ranges(characters: Iterable[int]) -> str:
    """Characters as the inside of a class of a regular expression: neighbours as ranges.

    >>> _ranges([97, 98, 99, 120])
    'a-cx-x'
    """
    runs: list[list[int]] = []
    for c in characters:
        if runs and c == runs[-1][1] + 1:
            runs[-1][1] = c
        else:
            runs.append([c, c])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)


# Combining marks belong to the letter before them, as vowels do in Hindi; `\w` leaves them out.
_MARKS = _ranges(c for c in range(0x300, 0x2000) if unicodedata.category(chr(c)) in ("Mn", "Mc"))
_LETTER = rf"(?:(?![\d_{_PAIRED}{_IN_FOURS}])[\w{_MARKS}])"
_WORD = re.compile(rf"[{_PAIRED}]{{1,2}}|[{_IN_FOURS}]{{1,4}}|{_LETTER}+(?:['’]{_LETTER}+)*")

# After a mark of a script that is written with spaces, a space follows the end of a sentence.
# Quotes, brackets and Markdown may close before it. In Greek a semicolon asks.
_GREEK = "(?<=[\u0370-\u03ff\u1f00-\u1fff])"
_CLOSING = "\"'”’»)\\]*_"
_SENTENCE_END = re.compile(
    rf"(?:[.!?…؟۔։]|{_GREEK};)(?=[{_CLOSING}]*(?:\s|$))|[。｡！？]+|(?<!\d)．|[।॥]+|[။។៕።]"
)
_DIGITS = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})"
_NUMBER = (
    rf"\d{{1,3}}[.)](?=[\s{_PAIRED}])|{_DIGITS}[、．）]"  # `3.14` is none
    rf"|[(（]{_DIGITS}[)）]|[\u2460-\u2473]"
)
_LIST_ITEM = re.compile(rf"^[^\S\n]*(?:[-*•+](?=\s)|[・●○▪◦]|{_NUMBER})\s*\S", re.MULTILINE)
_LIST_NUMBER = re.compile(rf"^[^\S\n]*(?:{_NUMBER})", re.MULTILINE)

EXCLAMATIONS = "!！"
COMMAS = ",，、،၊"

_EMOJI_BASE = "[\u231a\u231b\u23e9-\u23f3\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff]"
_EMOJI_MORE = "[\ufe0f\U0001f3fb-\U0001f3ff]"
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3"
    f"|{_EMOJI_BASE}{_EMOJI_MORE}*(?:\u200d{_EMOJI_BASE}{_EMOJI_MORE}*)*"
)

_FENCE = re.compile(r"^[ \t]*(`{3,}(?!.*`)|~{3,})[^\S\n]*(.*)$", re.MULTILINE)

_QUESTION = rf"(?:[?？؟\u037e]|{_GREEK};)"
_QUESTIONS = re.compile(_QUESTION)
_LAST_QUESTION = re.compile(
    rf"{_QUESTION}(?:[\s{_CLOSING}\u200d」』]|{_EMOJI_BASE}|{_EMOJI_MORE})*\Z"
)


def words(text: str) -> list[str]:
    """The words of a text, in lower case.

    >>> words("Don’t stop: 2 cats")
    ["don't", 'stop', 'cats']
    >>> len(words("水的沸点是一百度"))
    4
    """
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def count_sentences(text: str) -> int:
    """How many ends of sentences there are.

    >>> count_sentences("It is. Is it?"), count_sentences("水开了。真的吗？"), count_sentences("no")
    (2, 2, 0)
    """
    return len(_SENTENCE_END.findall(text))


def count_list_items(text: str) -> int:
    """How many lines are items of a list: with a bullet, or with a number.

    >>> count_list_items("- a\\n2. b\\n三、c\\n4 d")
    3
    """
    return len(_LIST_ITEM.findall(text))


def without_list_numbers(text: str) -> str:
    """The text without the numbers of list items."""
    return _LIST_NUMBER.sub("", text)


def count_marks(text: str, marks: str) -> int:
    """How often any of these characters occurs."""
    return sum(map(text.count, marks))


def count_questions(text: str) -> int:
    """How many question marks there are; a Spanish question has one, at its end.

    >>> count_questions("¿Qué? 何？ Τι; One; two")
    3
    """
    return len(_QUESTIONS.findall(text))


def ends_with_question(text: str) -> bool:
    """Whether the last mark of the text is a question mark, but for quotes, emphasis and emoji.

    >>> ends_with_question("**Do you?** 🙂"), ends_with_question("Do you? I do.")
    (True, False)
    """
    return _LAST_QUESTION.search(text) is not None


def count_emoji(text: str) -> int:
    """How many emoji there are; a sequence that is drawn as one counts as one.

    >>> count_emoji("👩\u200d💻 and 👍🏽, 🇯🇵")
    3
    """
    return len(_EMOJI.findall(text))


def in_code_fence(text: str) -> bool:
    """Whether the text ends inside fenced code of Markdown.

    As in CommonMark a fence is closed by one of its kind that is as long and has nothing after it,
    and a line with backticks later on opens none.

    >>> in_code_fence("```python\\nx = 1"), in_code_fence("````\\n```\\nx\\n````\\nDone")
    (True, False)
    """
    opened = ""
    for fence, after in _FENCE.findall(text):
        if not opened:
            opened = fence
        elif fence.startswith(opened) and not after:
            opened = ""
    return bool(opened)


def code_share(text: str) -> float:
    """The share of the characters that are in lines of fenced code, from 0 to 1.

    >>> code_share("```\\nx = 1\\n```"), code_share("no code")
    (1.0, 0.0)
    """
    opened, inside = "", 0
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line)
        if opened or found:
            inside += len(line)
        if found and not opened:
            opened = found[1]
        elif found and found[1].startswith(opened) and not found[2]:
            opened = ""
    return inside / max(1, len(text))
