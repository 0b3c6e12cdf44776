"""
Writes what the text models say: Markdown about the words of the question, long and varied enough to try a
renderer.

Everything follows from the request: the same model, messages, temperature and seed give the same text.
Temperature 0 takes the calm wording; without a seed, asking the same again words it differently (`turn`
counts the askings).
"""

from __future__ import annotations

import hashlib
import operator
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from studio.sandbox import phrases
from studio.sandbox.pictures import Picture
from studio.sandbox.wish import Wish

TOPICS = 5
QUOTED_CHARACTERS = 120

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’-][^\W_]+)*")
_BACKWARDS = re.compile(
    r"\b(earlier|previous|last|first|before)\b.*\b(question|ask|asked|say|said|message)\b|did i (ask|say)"
)
_TITLE = re.compile(r"\b(a|the|short) title\b")
_BRIEF = re.compile(r"\b(titles?|brief(ly)?|short|concise(ly)?|one (word|line|sentence)|in a word)\b")
_SUM = re.compile(r"(?<![\w.])(-?\d{1,12}(?:\.\d{1,6})?)\s*([-+*/×÷])\s*(-?\d{1,12}(?:\.\d{1,6})?)(?![\w.])")
_SPECIAL = re.compile(r"([\\`*_<>\[\]|$~])")
_OPERATORS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "×": operator.mul,
    "/": operator.truediv,
    "÷": operator.truediv,
}

Option = TypeVar("Option")


@dataclass(frozen=True)
class Brief:
    """What the writer works from: the wish, the words that carry it, and a way to choose among wordings."""

    wish: Wish
    topics: tuple[str, ...]
    dice: random.Random

    def choose(self, options: Sequence[Option]) -> Option:
        return options[0] if self.wish.temperature == 0 else self.dice.choice(options)

    @property
    def bold_topics(self) -> str:
        return _and([f"**{topic}**" for topic in self.topics])


def brief(wish: Wish, *, turn: int) -> Brief:
    """Prepare an answer; `turn` tells askings of the same apart when there is no seed."""
    luck = turn if wish.seed is None else f"seed {wish.seed}"
    key = repr((wish.models[:1], wish.messages, wish.temperature, luck)).encode()
    return Brief(wish, _topics(wish.question), random.Random(hashlib.sha256(key).digest()))


def long_answer(about: Brief) -> str:
    """
    An answer of 250 to 400 tokens with every element of Markdown; short when the request wants it short.
    """
    if _BRIEF.search(f"{about.wish.instruction}\n{about.wish.question}".lower()):
        return short_answer(about)
    title = about.choose(phrases.TITLES).format(topic=about.topics[0].capitalize())
    return "\n\n".join(
        [
            *_memory(about),
            _sum(about.wish.question) + about.choose(phrases.OPENINGS).format(topics=about.bold_topics),
            f"## {title}",
            _list(about),
            "\n".join(f"{number}. {step}" for number, step in enumerate(_steps(about), 1)),
            _table(about.topics),
            _code(about),
            f"> {about.choose(phrases.QUOTES)}",
            _mathematics(about.topics),
            _ending(about),
        ]
    )


def short_answer(about: Brief) -> str:
    """One or two sentences; nothing but a title when one is asked for."""
    if _TITLE.search(about.wish.question.lower()):
        return _and(about.topics[:3]).capitalize()
    return "\n\n".join([*_memory(about), _short(about)])


def thoughts(about: Brief, *, effort: str) -> str:
    """What a model thinks before it answers; more effort, more sentences."""
    count = {"max": 8, "xhigh": 8, "high": 8, "low": 3, "minimal": 2}.get(effort, 5)
    earlier = about.wish.earlier_questions
    told = {
        "question": _quote(about.wish.question),
        "topics": _and(about.topics),
        "count": len(about.topics),
        "earlier": f"There is: “{_quote(earlier[-1])}”." if earlier else "There is none.",
    }
    return "\n".join(thought.format(**told) for thought in phrases.THOUGHTS[:count])


def description(about: Brief, pictures: Sequence[Picture]) -> str:
    """What the model that sees says about the pictures."""
    if not pictures:
        return short_answer(about) + "\n\nThere is no picture to look at; attach one and ask again."
    told = [
        f"{'The picture' if len(pictures) == 1 else f'Picture {number}'} is a {picture.format} of "
        f"**{picture.width_px} × {picture.height_px}** pixels ({picture.size_bytes:,} bytes). "
        f"Its dominant colour is {picture.colour}, about `{picture.colour_hex}`."
        for number, picture in enumerate(pictures, 1)
    ]
    asked = f"You asked: “{_quote(about.wish.question)}”. " if about.wish.question.strip() else ""
    closing = "That is what the bytes say; what it means is for you to see 👀"
    return "\n\n".join([*_memory(about), *told, asked + closing])


def _topics(question: str) -> tuple[str, ...]:
    words = [word.lower() for word in _WORD.findall(question[:20_000])]
    telling = [word for word in words if len(word) > 2 and word not in phrases.STOPWORDS]
    return tuple(dict.fromkeys(telling or words))[:TOPICS] or ("nothing in particular",)


def _memory(about: Brief) -> list[str]:
    """Paragraphs that show that the instruction and the earlier questions were read."""
    told = []
    if about.wish.instruction.strip():
        told.append(f"*I keep to what I was told: “{_quote(about.wish.instruction)}”.*")
    earlier = about.wish.earlier_questions
    if _BACKWARDS.search(about.wish.question.lower()):
        nothing = "This is the first question of our conversation."
        told.append(f"Your earlier question was: “{_quote(earlier[-1])}”." if earlier else nothing)
        if len(earlier) > 1:
            told.append(f"And the very first one: “{_quote(earlier[0])}”.")
    elif earlier:
        told.append(f"After “{_quote(earlier[-1])}”, on to the next.")
    return told


def _short(about: Brief) -> str:
    sentence = about.choose(phrases.SHORT).format(topics=_and(about.topics), topic=about.topics[0])
    return _sum(about.wish.question) + sentence[:1].upper() + sentence[1:]


def _sum(question: str) -> str:
    """The result of the first sum in the question, as a sentence."""
    found = _SUM.search(question)
    if found is None:
        return ""
    left, sign, right = found.groups()
    if sign in "/÷" and Decimal(right) == 0:
        return f"{left} {sign} {right} has no result: nothing can be divided by zero. "
    result = _OPERATORS[sign](Decimal(left), Decimal(right))
    return f"{_plain(found.group())} = **{result.normalize():f}**. "


def _list(about: Brief) -> str:
    calm = about.wish.temperature == 0
    angles = phrases.ANGLES if calm else about.dice.sample(phrases.ANGLES, len(phrases.ANGLES))
    return "\n".join(f"- **{topic}** — {angle}" for topic, angle in zip(about.topics, angles, strict=False))


def _steps(about: Brief) -> list[str]:
    return [step.format(topic=about.topics[0]) for step in about.choose(phrases.STEPS)]


def _table(topics: Sequence[str]) -> str:
    rows = [
        f"| {topic} | {len(topic)} | {sum(letter in 'aeiouäöüáéíóú' for letter in topic)} |"
        for topic in topics
    ]
    return "\n".join(["| word | letters | vowels |", "| :-- | --: | --: |", *rows])


def _code(about: Brief) -> str:
    words = "[" + ", ".join(f'"{topic}"' for topic in about.topics) + "]"
    first = about.topics[0]
    sql = first.replace("'", "''")
    second = about.choose(
        (
            f"```sql\nSELECT length('{sql}') AS letters, upper('{sql}') AS loud;\n```",
            f"```javascript\nconst longest = {words}.sort((a, b) => b.length - a.length)[0];\n```",
            f'```bash\nprintf "%s" "{first}" | wc -m\n```',
            f'```json\n{{"topic": "{first}", "letters": {len(first)}}}\n```',
        )
    )
    longest = max(about.topics, key=len)
    return f"```python\nwords = {words}\nprint(max(words, key=len))  # {longest}\n```\n\n{second}"


def _mathematics(topics: Sequence[str]) -> str:
    letters = sum(map(len, topics))
    mean = f"{letters / len(topics):.2f}"
    return (
        f"On average $\\bar{{x}} = {mean}$ letters:\n\n"
        f"$$\\bar{{x}} = \\frac{{1}}{{n}} \\sum_{{i=1}}^{{n}} x_i = \\frac{{{letters}}}{{{len(topics)}}}$$"
    )


def _ending(about: Brief) -> str:
    more = f"[More about {about.topics[0]}](https://example.com/words/{about.topics[0].encode().hex()})"
    return f"{more} · *simulated* · {about.choose(phrases.ENDINGS)}"


def _quote(text: str) -> str:
    """A text on one line, cut to a readable length, harmless as Markdown."""
    line = " ".join(text.split())
    short = line if len(line) <= QUOTED_CHARACTERS else line[: QUOTED_CHARACTERS - 1] + "…"
    return _plain(short)


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
