"""Phrases of assistants in some languages: openings, closing offers, caveats, agreement.

English, German, Spanish, French, Italian, Portuguese, Dutch, Chinese and Japanese. An answer in
another language has none of them. Only the first and the last characters of a text are searched
for what opens and what closes it, and no expression repeats anything without a bound, so each takes
time linear in the length of the text.
"""

from __future__ import annotations

import re

_EDGE = 240
"""How many characters at the start or the end of a text can open or close it."""


def _any_of(*phrases: str) -> str:
    """Phrases as alternatives, between the ends of words."""
    return rf"\b(?:{'|'.join(phrases)})(?!\w)"


_PREAMBLE = re.compile(
    r"\W{0,8}(?:"
    + _any_of(
        # Agreement to answer, praise and greetings.
        r"(?:yes, )?(?:certainly|absolutely|of course|sure(?: thing)?|definitely|gladly)\s?[!,.]",
        r"(?:what a |that'?s an? |this is an? |such an? )?"
        r"(?:great|good|excellent|wonderful|fantastic|interesting|fascinating|thoughtful|lovely)"
        r" (?:question|point|choice|idea)\b",
        r"(?:hello|hi|hey|greetings|dear)\b(?: there| friend)?",
        r"(?:i'?d|i would|i will|i'?ll) be (?:happy|glad|delighted) to",
        r"(?:i'?m|i am) (?:happy|glad|delighted|sorry|so glad)",
        r"(?:thank you|thanks) for",
        r"(?:here(?:'s| is| are)|below (?:is|are)|let me|let's|i will|i'll)\b",
        r"(?:you'?re|you are) (?:absolutely |quite |so )?right",
        r"as an ai",
        r"(?:natürlich|gerne|selbstverständlich|sicher|klar|gern)\s?[!,.]",
        r"(?:gute|tolle|interessante|ausgezeichnete|spannende) frage",
        r"(?:hallo|guten tag|hier (?:ist|sind)|ich helfe)",
        r"(?:¡?claro(?: que sí)?|por supuesto|desde luego|con gusto|con mucho gusto)\s?[!,.]",
        r"(?:qué )?(?:buena|excelente|gran|interesante) pregunta",
        r"(?:hola|aquí (?:tienes|está|están))",
        r"(?:bien sûr|certainement|volontiers|avec plaisir|absolument)\s?[!,.]",
        r"(?:c'est une )?(?:bonne|excellente|très bonne) question",
        r"(?:bonjour|salut|voici|voilà)",
        r"(?:certo|certamente|naturalmente|volentieri|con piacere)\s?[!,.]",
        r"(?:ottima|bella|buona|ottimo) domanda",
        r"(?:ciao|ecco)",
        r"(?:claro|certamente|com certeza|com prazer)\s?[!,.]",
        r"(?:ótima|boa|excelente) pergunta",
        r"(?:olá|aqui (?:está|estão))",
        r"(?:zeker|natuurlijk|uiteraard|graag)\s?[!,.]",
        r"(?:goede|leuke|interessante) vraag",
    )
    + r"|当然|好的|您好|你好|很高兴|好问题|这是一个(?:很好|很棒|有趣)|以下是"
    + r"|もちろん|はい、|こんにちは|良い質問|いい質問|素晴らしい質問|以下に)",
)

_OFFER = re.compile(
    _any_of(
        r"(?:please )?(?:let me know|feel free to|do(?:n't| not) hesitate)",
        r"(?:i )?hope (?:this|that|it|you) (?:helps?|was|is|clarif\w+|enjoy\w*|find)",
        r"(?:would you like|do you want|shall i|should i|can i|may i|if you(?:'d like| would like|"
        r" want| need| have)(?: me| any)?)\b",
        r"(?:happy|glad|here) to (?:help|assist)",
        r"(?:any (?:more|other|further)|more) (?:questions?|help)",
        r"(?:good luck|have fun|enjoy|happy \w+ing)\s?!",
        r"(?:lass(?:en sie)? (?:es )?mich wissen|melden sie sich|sag(?:en sie)? (?:mir )?bescheid)",
        r"(?:ich hoffe|hoffentlich)(?:,| hilft| das)",
        r"(?:wenn|falls|haben|hast) (?:du|sie) (?:noch|weitere|fragen|möchte\w*)",
        r"(?:espero que|no dudes en|no dude en|avísame|háganme saber|házmelo saber|déjame saber)",
        r"si (?:tienes|necesitas|quieres|desea|tiene|necesita)",
        r"(?:n'hésitez pas|n'hésite pas|j'espère que|faites-moi savoir|dites-moi|si vous avez"
        r"|si vous (?:souhaitez|voulez))",
        r"(?:spero che|fammi sapere|non esitare|se hai (?:bisogno|altre|domande))",
        r"(?:espero que|me avise|não hesite|se (?:precisar|tiver|quiser))",
        r"(?:laat het (?:me|mij) weten|ik hoop dat|als je (?:nog|meer|vragen))",
    )
    + r"|希望.{0,8}(?:帮助|有用)|如果(?:您|你).{0,8}(?:问题|需要|想)|请随时|告诉我"
    + r"|お役に立て|お気軽に|ご質問|お知らせください|何かあれば",
)

_CAVEAT = re.compile(
    _any_of(
        r"however|although|though|that said|keep in mind|bear in mind",
        r"it depends|depend(?:s|ing) on",
        r"(?:important|worth) (?:to note|noting|to remember|mentioning)|please note|note that",
        r"not (?:always|necessarily|certain|sure)|in (?:some|many|most) cases|for most people",
        r"(?:consult|talk to|speak with|ask|see) (?:a|an|your) (?:doctor|lawyer|professional"
        r"|expert|specialist|physician|pharmacist|vet\w*)",
        r"as an ai|i(?:'m| am) not (?:a|an|able|sure|certain)",
        r"i (?:cannot|can't) (?:be|give|provide)",
        r"allerdings|jedoch|es kommt darauf an|hängt davon ab|beachten sie|beachte|nicht immer",
        r"sin embargo|aunque|depende de|ten en cuenta|tenga en cuenta|no siempre",
        r"cependant|toutefois|pourtant|bien que|cela dépend|dépend de|notez que|pas toujours",
        r"tuttavia|però|anche se|dipende da|tieni presente|non sempre",
        r"no entanto|porém|contudo|embora|nem sempre|lembre-se",
        r"echter|hoewel|het hangt ervan af|niet altijd",
    )
    + r"|但是|然而|不过|不一定|取决于|请注意|需要注意"
    + r"|しかし|ただし|場合によって|とは限りません|ご注意",
)

_AGREES = re.compile(
    _any_of(
        r"(?:you(?:'re| are)) (?:absolutely |completely |totally |quite |so )?(?:right|correct)",
        r"i (?:completely |totally |fully )?agree|good point|great idea"
        r"|that makes sense|well said",
        r"(?:sie haben|du hast) (?:völlig |ganz )?recht|ich stimme (?:dir|ihnen)? ?zu",
        r"tienes (?:toda la )?razón|tiene (?:toda la )?razón|estoy de acuerdo",
        r"(?:vous avez|tu as) (?:tout à fait |parfaitement )?raison|je suis d'accord",
        r"hai ragione|sono d'accordo|tem razão|concordo|je hebt gelijk",
    )
    + r"|(?:你|您)(?:说得对|是对的)|我同意|おっしゃる通り|同意します",
)

_DISAGREES = re.compile(
    _any_of(
        r"(?:not|isn't|aren't) (?:quite |entirely |really |actually )?(?:true|right|correct"
        r"|accurate)",
        r"i (?:disagree|don't agree|do not agree|would not|wouldn't)|on the contrary"
        r"|actually,|misconception|myth|mistaken|incorrect|a bad idea",
        r"stimmt (?:so )?nicht|im gegenteil|irrtum|ich widerspreche",
        r"no es (?:cierto|verdad|correcto)|al contrario|en realidad|incorrecto|equivocad[oa]",
        r"n'est pas (?:vrai|exact|correct)|au contraire|en réalité|idée reçue",
        r"non è vero|al contrario|in realtà|sbagliato|não é verdade|na verdade|klopt niet",
    )
    + r"|其实|事实上|不正确|错误|恰恰相反|実際には|正しくありません|誤解",
)

_CONTRAST = re.compile(
    r"\b(?:not|isn't|aren't|wasn't|it's not)"
    r"(?: (?:just|only|merely|simply|about))? [^.!?;:\n]{1,40}?"
    r"(?:, but\b|\bbut (?:also|rather|a|an|the|about)\b|[,;—–-] ?(?:it|they|this|that)(?:'s| is|'re"
    r"| are)\b)"
    r"|\bnicht (?:nur )?[^.!?;:\n]{1,40}?\bsondern\b"
    r"|\bno (?:solo |sólo )?[^.!?;:\n]{1,40}?\bsino\b"
    r"|\bnon (?:solo )?[^.!?;:\n]{1,40}?\bma anche\b"
    r"|\bpas (?:seulement )?[^.!?;:\n]{1,40}?\bmais\b"
    r"|不(?:仅|只|是)[^。！？\n]{1,30}?而(?:且|是)|だけでなく",
)

_DASH = re.compile(r"[—―]|(?<=\s)[–-]{1,2}(?=\s)(?<!\n[–-])|(?<=\w)--(?=\w)")

_HEDGES_BY_LANGUAGE = (
    "may might could perhaps possibly probably often sometimes usually generally typically",  # en
    "vielleicht möglicherweise wahrscheinlich vermutlich manchmal oft meist meistens eventuell"
    " könnte könnten dürfte normalerweise",
    "quizás quizá tal posiblemente probablemente podría podrían suele suelen generalmente veces",
    "peut-être peut probablement pourrait pourraient souvent parfois généralement semble",
    "forse probabilmente potrebbe potrebbero spesso talvolta solitamente generalmente",
    "talvez possivelmente provavelmente poderia poderiam geralmente frequentemente",
    "misschien mogelijk waarschijnlijk vaak soms meestal kunnen zou",
)
HEDGES = frozenset(" ".join(_HEDGES_BY_LANGUAGE).split()) - {"tal", "peut-être"}
"""Words that hedge. `words` splits a text at hyphens, so a word with one is never met."""

_HEDGES_WITHOUT_SPACES = re.compile(
    r"也许|可能|或许|大概|通常|有时|かもしれ|おそらく|たぶん|でしょう"
)


def _plain(text: str) -> str:
    """The text in lower case, which is faster than to ignore case, with one kind of apostrophe."""
    return text.lower().replace("’", "'")


def has_preamble(text: str) -> bool:
    """Whether an answer begins with a greeting, praise or an announcement of the answer.

    >>> has_preamble("Great question! It boils."), has_preamble("Gerne! Es kocht.")
    (True, True)
    >>> has_preamble("Water boils at 100 degrees.")
    False
    """
    return _PREAMBLE.match(_plain(text[:_EDGE])) is not None


def has_closing_offer(text: str) -> bool:
    """Whether the last lines of an answer wish well, offer more help or ask to come back.

    >>> has_closing_offer("It boils. Let me know if you need more."), has_closing_offer("It boils.")
    (True, False)
    """
    return _OFFER.search(_plain(text.rstrip()[-_EDGE:])) is not None


def count_caveats(text: str) -> int:
    """How many caveats there are: *however*, *it depends*, *consult a doctor*.

    >>> count_caveats("However, it depends. 但是")
    3
    """
    return len(_CAVEAT.findall(_plain(text)))


def count_agreement(text: str) -> int:
    """How many phrases agree with the reader, minus how many disagree or correct.

    >>> count_agreement("You're right. I agree."), count_agreement("Actually, it is a myth.")
    (2, -2)
    """
    plain = _plain(text)
    return len(_AGREES.findall(plain)) - len(_DISAGREES.findall(plain))


def count_contrasts(text: str) -> int:
    """How often something is said to be *not X, but Y*.

    >>> count_contrasts("It's not just a pot, but a friend."), count_contrasts("Not now. But soon.")
    (1, 0)
    """
    return len(_CONTRAST.findall(_plain(text)))


def count_dashes(text: str) -> int:
    """How many dashes stand between words or clauses; hyphens and list marks are none.

    >>> count_dashes("Tea — or coffee - is well-known.\\n- an item")
    2
    """
    return len(_DASH.findall(text))


def count_hedges_without_spaces(text: str) -> int:
    """How many hedges there are in scripts that are written without spaces.

    >>> count_hedges_without_spaces("可能会下雨")
    1
    """
    return len(_HEDGES_WITHOUT_SPACES.findall(text))
