"""Which language a text is in, by its script and its function words.

The harm bench asks only whether an answer keeps the language of its question. Function words (the,
der, les, que) are a third to a half of running text in these languages, and few of them are in two
lists, so one sentence is enough. tests/bench/test_language.py has the texts that it is checked on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the a an of and to is in that it for you are with on as this be at by from or have"
        " not can they we your which will their has was but i how what there these when if so do"
        " does more one all its my me about into than them some out should would could like",
        "de": "der die das und ist ein eine einen einem einer eines nicht zu den mit von für auf"
        " sich es sie ich wir ihr dem des im auch als wie oder aber wenn man kann werden wird sind"
        " haben hat zum zur bei nach aus am vom über durch um so noch nur dass diese dieser dieses"
        " sein ihre ihren sehr mehr einige viele wir uns du dein deine deinen mich dich",
        "fr": "le la les des un une et est en du de que qui dans pour pas sur au aux avec ce cette"
        " ces il elle ils elles nous vous je tu on ou mais sont par plus se sa son ses leur leurs"
        " votre vos être avoir peut faire comme ne aussi très si fait"
        " ont été tout tous quand l' d' qu' n' s' j' c' m' t'",
        "es": "el la los las de y es en un una que por para con no se del al lo su sus como más"
        " pero son está están este esta estos estas o si muy también puede pueden ser hay cuando"
        " porque le les nos te tu tus mi me ya entre sobre sin hasta desde cada todo todos fue"
        " qué cómo",
        "it": "il lo la i gli le di e è in un una che per con non si del della dei delle dello al"
        " alla nel nella sono come più ma questo questa anche può essere dal dalla o se ha hanno"
        " molto quando perché sul sulla ci ti tuo tua l' d' c' un' dell' nell' all' dall' sull'",
        "pt": "o a os as de e é em um uma que por para com não se do da dos das no na nos nas ao"
        " como mais mas são está este esta isso ou muito também pode ser foi quando porque seu sua"
        " pelo pela você lhe até",
        "nl": "de het een en is van in dat op te voor met zijn niet die er aan om ook als maar of"
        " bij nog wordt worden kan kunnen naar uit door over je jij we wij ik hij zij deze dit"
        " heeft hebben meer",
    }.items()
}
"""Language -> its most frequent function words."""

MIN_SHARE = 0.12
"""The share of words that must be function words of the language that is found."""

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


def identify(text: str) -> str | None:
    """The language of a text: a key of `FUNCTION_WORDS`, "zh", or None if it is unclear.

    Code is left out. A text is Chinese if it has more Chinese characters than words of letters, and
    hardly any Japanese or Korean ones. Otherwise the language is the one with the most function
    words; a word of several lists counts in parts.
    """
    text = _CODE.sub(" ", text)
    han, others = len(_HAN.findall(text)), len(_KANA_OR_HANGUL.findall(text))
    rest = _KANA_OR_HANGUL.sub(" ", _HAN.sub(" ", text))
    words = [word.lower().replace("’", "'") for word in _WORD.findall(rest)]
    if han + others > len(words):
        return "zh" if others < 0.05 * (han + others) else None
    scores = dict.fromkeys(FUNCTION_WORDS, 0.0)
    for word in words:
        parts = _parts(word)
        found = [code for code, known in FUNCTION_WORDS.items() if parts & known]
        for code in found:
            scores[code] += 1.0 / len(found)
    best, second = sorted(scores, key=lambda code: -scores[code])[:2]
    clear = scores[best] >= MIN_SHARE * max(1, len(words)) and scores[best] > scores[second]
    return best if clear else None


def _parts(word: str) -> set[str]:
    """A word and, if it has an apostrophe, what is before and after it: l'eau, l', eau."""
    before, apostrophe, after = word.partition("'")
    return {word, before + apostrophe, after} if apostrophe else {word}
