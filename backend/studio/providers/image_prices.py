"""What pictures cost, as providers list it: so much for each of what goes in and comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from studio.providers.loose import mapping, mappings, money, string

MOST_LINES = 200
MOST_USD = Decimal(1_000_000)  # for one picture or token; more is no price that anybody can mean


@dataclass(frozen=True, slots=True)
class ImagePrice:
    """
    US dollars for one `unit` (image, megapixel, token) of a `billable` (output_image, input_image, input_reference,
    input_text, input_font, output_text); both are open words. `variant` says when it holds, in free words such as
    `2K high`; None is always.
    """

    billable: str
    unit: str
    usd: Decimal
    variant: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "billable": self.billable,
            "unit": self.unit,
            "usd": format(self.usd, "f"),
            "variant": self.variant,
        }


Offer = tuple[ImagePrice, ...]  # the whole price list of one endpoint of a model
ImagePricing = tuple[Offer, ...]  # one for each endpoint; which of them answers, the provider decides


def pricing_of_endpoints(document: object) -> ImagePricing | None:
    """From `GET /images/models/…/endpoints`; None if it is no such list. An endpoint without prices has none."""
    top = mapping(document)
    endpoints = top.get("endpoints", mapping(top.get("data")).get("endpoints"))
    if not isinstance(endpoints, list):
        return None
    return tuple(offer_of(entry.get("pricing")) for entry in mappings(endpoints)[:MOST_LINES])


def offer_of(lines: object) -> Offer:
    """The lines of a price list. If one cannot be read none counts: a sum with a hole would be taken for a bound."""
    found: list[ImagePrice] = []
    for line in mappings(lines)[:MOST_LINES]:
        usd = money(line.get("cost_usd") if "cost_usd" in line else line.get("usd"))
        billable, unit = string(line.get("billable")), string(line.get("unit"))
        if usd is None or usd >= MOST_USD or billable is None or unit is None:
            return ()
        found.append(
            ImagePrice(billable[:60], unit[:60], usd, (string(line.get("variant")) or "")[:60] or None)
        )
    return tuple(found)


def pricing_of_tokens(pricing: Mapping[str, Any], *, makes_text: bool) -> ImagePricing:
    """
    From `pricing` of `GET /models`, for models on the chat way.

    A model that makes nothing but pictures shows zeros there, as its prices stand elsewhere: those are unknown.
    """
    output = money(pricing.get("image_output"))
    words = money(pricing.get("completion"))
    prompt = money(pricing.get("prompt"))
    output = words if output is None else output
    if output is None or prompt is None or words is None or (not output and not makes_text):
        return ()
    if max(output, prompt, words) >= MOST_USD:
        return ()
    offer = [
        ImagePrice("output_image", "token", output),
        ImagePrice("output_text", "token", words),
        ImagePrice("input_text", "token", prompt),
    ]
    picture = money(pricing.get("image"))
    if picture is not None and picture < MOST_USD:
        offer.append(ImagePrice("input_image", "image", picture))
    offer.append(ImagePrice("input_image", "token", prompt))
    return (tuple(offer),)


def image_pricing_as_json(pricing: ImagePricing) -> list[list[dict[str, Any]]]:
    return [[price.as_json() for price in offer] for offer in pricing]


def image_pricing_from_json(document: Sequence[Any]) -> ImagePricing:
    """What `image_pricing_as_json` gave."""
    return tuple(offer_of(offer) for offer in document)
