"""
Everything a provider may do wrong with pictures, by name: `BAD["slow"]` behaves as the model `sandbox/image-slow`.

`item` is the number in the protocol reference's list of what a fake upstream must emulate. Each answers on every
endpoint for pictures, and in a chat that asks for them.
"""

from __future__ import annotations

from studio.sandbox.catalogue import Model
from studio.sandbox.errors import moderated, rate_limited
from studio.sandbox.images import spoiling
from studio.sandbox.images.manner import Manners
from studio.sandbox.images.models import ANY_QUALITY, FREE, YES, ImageModel, Parameters, between, choice_of
from studio.sandbox.steps import Drop

BALANCE = "This request requires at least $1.00 in balance for image or video output"
PRIVATE = "http://169.254.169.254/latest/meta-data/picture.png"
LOOPBACK = "http://127.0.0.1:9/picture.png"
FOREIGN = "https://pictures.example/picture.png"
FILE = "file:///etc/passwd"
SLOW_SECONDS, SLOWEST_SECONDS = 10.0, 600.0
HUGE_BYTES, HUGER_BYTES = 15 * 1024 * 1024, 45 * 1024 * 1024  # 20 MB and 60 MB of base64

BAD: dict[str, Manners] = {
    # 23: the shape of the answer
    "few": Manners(23, "Half as many pictures as asked for", pictures=spoiling.fewer),
    "more": Manners(23, "Twice as many pictures as asked for", pictures=spoiling.more),
    "none": Manners(
        23, "An empty list and a sentence, HTTP 200", refuse=spoiling.no_picture, words=spoiling.REFUSAL_WORDS
    ),
    "svg": Manners(23, "SVG with a script in it", pictures=spoiling.instead(spoiling.SVG, "image/svg+xml")),
    "svg-as-png": Manners(23, "SVG that is called PNG", pictures=spoiling.instead(spoiling.SVG, "image/png")),
    "wrong-type": Manners(23, "PNG that is called JPEG", pictures=spoiling.said("image/jpeg")),
    "odd-type": Manners(
        23, "A picture that is called a program", pictures=spoiling.said("application/x-msdownload")
    ),
    "no-type": Manners(23, "No media_type", pictures=spoiling.said(None)),
    "no-usage": Manners(23, "No usage", usage=lambda usage: None),
    "no-cost": Manners(23, "Usage without a cost", usage=spoiling.without_cost),
    "cost-null": Manners(23, "The cost is null", usage=spoiling.costs(None)),
    "cost-dear": Manners(23, "The cost is a hundred times the price list's", usage=spoiling.costs(4.0)),
    # 24: the bytes
    "huge": Manners(24, "A valid picture of 20 MB in base64", pictures=spoiling.padded(HUGE_BYTES)),
    "huger": Manners(24, "A valid picture of 60 MB in base64", pictures=spoiling.padded(HUGER_BYTES)),
    "huge-junk": Manners(
        24, "20 MB of base64 that is no picture", pictures=spoiling.instead(bytes(HUGE_BYTES), "image/png")
    ),
    "bomb": Manners(24, "A small PNG of 30,000 x 30,000 pixels", pictures=spoiling.gigantic),
    "broken": Manners(24, "A picture that ends after a third", pictures=spoiling.each(spoiling.truncated)),
    "one-broken": Manners(24, "One good picture, the others cut off", pictures=spoiling.one_broken),
    "html": Manners(
        24, "HTML in place of the picture's bytes", pictures=spoiling.instead(spoiling.HTML, "image/png")
    ),
    "html-page": Manners(
        24, "A page of a captive portal, HTTP 200", body=spoiling.html_page, media_type="text/html"
    ),
    "text": Manners(
        24,
        "Plain words in place of the picture's bytes",
        pictures=spoiling.instead(b"not a picture", "image/png"),
    ),
    "empty": Manners(24, "A picture of no bytes", pictures=spoiling.instead(b"", "image/png")),
    "bad-base64": Manners(
        24, "Base64 with characters that are none", pictures=spoiling.each(spoiling.misspelt)
    ),
    "base64-lines": Manners(
        24, "Base64 in lines of 76, which is fine", pictures=spoiling.each(spoiling.newlines)
    ),
    "data-url": Manners(24, "A data URL where base64 belongs", pictures=spoiling.each(spoiling.data_url)),
    # 25: the stream
    "stream-error": Manners(25, "An error event after the first partial picture", wire=spoiling.breaks),
    "stream-ends": Manners(25, "A stream that ends before the picture", wire=spoiling.ends_early),
    "cuts-off": Manners(25, "Hangs up in the middle of the picture", wire=spoiling.cut(Drop.CLOSE)),
    "resets": Manners(
        25, "Resets the connection in the middle of the picture", wire=spoiling.cut(Drop.RESET)
    ),
    "silent": Manners(25, "Headers and then nothing", wire=spoiling.nothing),
    "blank-lines": Manners(25, "Blank lines before the answer", wire=spoiling.blank_lines),
    "slow": Manners(25, "Takes ten seconds", seconds=SLOW_SECONDS),
    "slowest": Manners(25, "Takes ten minutes", seconds=SLOWEST_SECONDS),
    # 26: a chat
    "words-only": Manners(
        26, "A refusal in words, no picture", refuse=None, words=spoiling.REFUSAL_WORDS, pictures=lambda _: []
    ),
    "bare": Manners(26, "Neither type nor index in a chat", is_bare_in_chat=True),
    "several": Manners(26, "Three pictures at once", pictures=lambda pictures: (pictures * 3)[:3]),
    # 27: links
    "link": Manners(27, "A link that works for an hour", pictures=spoiling.each(spoiling.link)),
    "expired-link": Manners(27, "A link that has expired", pictures=spoiling.each(spoiling.expired)),
    "html-link": Manners(27, "A link to a page of HTML", pictures=spoiling.each(spoiling.link_to_html)),
    "private-link": Manners(
        27, "A link to the metadata server of a cloud", pictures=spoiling.linked(PRIVATE)
    ),
    "loopback-link": Manners(27, "A link to this machine", pictures=spoiling.linked(LOOPBACK)),
    "foreign-link": Manners(
        27, "A link to another host, which does not exist", pictures=spoiling.linked(FOREIGN)
    ),
    "file-link": Manners(27, "A link to a file", pictures=spoiling.linked(FILE)),
    # 16 to 19, as far as they concern pictures
    "refuses": Manners(18, "A moderator flags every prompt", refuse=moderated),
    "policy": Manners(
        16,
        "The content policy, as a 400",
        refuse=spoiling.error(
            400, "Your request was rejected by the safety system.", error_type="content_policy_violation"
        ),
    ),
    "no-balance": Manners(
        18,
        "402: a dollar of balance is needed",
        refuse=spoiling.error(402, BALANCE, limit_source="openrouter_key_limit"),
    ),
    "rate-limited": Manners(17, "429, Retry-After: 2", refuse=lambda model, prompt: rate_limited(model, "2")),
    "unavailable": Manners(16, "502", refuse=spoiling.refused(502)),
    "overloaded": Manners(16, "503", refuse=spoiling.refused(503)),
    "timeout": Manners(16, "524", refuse=spoiling.refused(524)),
    "error-200": Manners(19, "An error in a 200", refuse=spoiling.error_in_200),
}


def _model(
    name: str, parameters: Parameters, rates: dict[tuple[str, str], str] | None, summary: str
) -> ImageModel:
    listing = Model(
        id=f"sandbox/image-{name}",
        name=f"Sandbox: Ugly, image {name}",
        description=f"{summary}.",
        created=1_780_100_000,
        pricing=FREE,
        inputs=("text", "image"),
        outputs=("image",),
        parameters=(),
    )
    return ImageModel(listing, parameters, rates, streams=True, seconds=0.5)


USUAL: Parameters = {
    "aspect_ratio": choice_of("1:1", "16:9"),
    "size": choice_of("64x64", "256x256", "1024x1024"),
    "n": between(1, 4),
    "input_references": between(0, 4),
    "seed": YES,
}
RATE = {("1K", ANY_QUALITY): "0.04"}

# Item 21: entries that are odd in what they list.
ODD: tuple[ImageModel, ...] = (
    _model("plain", {}, RATE, "Lists no parameter at all"),
    _model("one", {"n": between(1, 1), "aspect_ratio": choice_of("1:1")}, RATE, "One picture, one shape"),
    _model("unpriced", USUAL, None, "Does not say what it costs"),
    _model(
        "strange",
        {
            "aspect_ratio": choice_of("1:1", "16:9", "7:13", "auto"),
            "sparkle": {"type": "dial", "stops": 11},
            "seed": {"type": "boolean"},
        },
        RATE,
        "Unknown parameters, types and shapes",
    ),
)
BAD_MODELS: tuple[ImageModel, ...] = (
    *ODD,
    *(_model(name, USUAL, RATE, manners.summary) for name, manners in BAD.items()),
)
BAD_MANNERS: dict[str, Manners] = {f"sandbox/image-{name}": manners for name, manners in BAD.items()}
