"""The wording of the writer: each list says one thing in several ways, the first of which is the calm one."""

from __future__ import annotations

OPENINGS = (
    "You asked about {topics}. Here is what the words themselves can tell.",
    "A good question: it turns on {topics}. Let us take it apart.",
    "{topics} in one sentence: there is a story in that. Let me lay it out.",
    "Let me think with you about {topics}, one piece at a time.",
)
TITLES = ("A closer look at {topic}", "{topic}, taken apart", "Notes on {topic}", "What {topic} is made of")
ANGLES = (
    "where the question starts",
    "the part that gives it weight",
    "easily overlooked, and worth a second look",
    "what the rest leans on",
    "the surprising one of the lot",
    "best tried out in small",
)
STEPS = (
    (
        "Say in one line what **{topic}** should become.",
        "Try the smallest version that could work.",
        "Keep what held.",
    ),
    ("Collect three examples of **{topic}**.", "Compare them side by side.", "Write down what they share."),
    ("Start with **{topic}**, alone.", "Add one thing at a time.", "Stop while it is still simple."),
)
QUOTES = (
    "Plain words, put in order, do most of the work.",
    "What can be counted can be compared.",
    "First make it true, then make it short.",
)
ENDINGS = (
    "Ask on, and I will go deeper 🍽️",
    "There is more where that came from 🥄",
    "Second helpings are free here 🍰",
)
THOUGHTS = (
    "The question is: “{question}”.",
    "Its weight lies on {topics}.",
    "I could answer in general terms, but the words themselves are the better ground.",
    "A table will make the comparison plain.",
    "Let me check the count: {count} words carry the meaning.",
    "Is there an earlier question that changes this? {earlier}",
    "A short list first, then the details.",
    "That should do; now to write it down.",
)
SHORT = (
    "{topics}: noted, and in short — yes, it can be done.",
    "In short: {topics}, one step at a time.",
    "Quick answer: start with {topic}, the rest follows.",
)

STOPWORDS = frozenset(
    """
    a about after all also am an and answer any are as ask asked at be because been before but by can
    chat conversation could did do does each earlier explain few following for from give had has have he
    her here hers him his how i if in into is it its just let like list make many may me might more most
    much must my no not now of off on one only or other our out over please previous question said say
    see she should show since six so some such tell than that the their them then there these they this
    those through title titles to too under up us use very want was we were what when where which while
    who whom whose why will with word words would write you your
    """.split()
)
