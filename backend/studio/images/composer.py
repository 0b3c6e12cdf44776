"""The composer of pictures as a card: what was typed, the model with its settings, what it begins with, the price."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from uuid import UUID

from studio.accounts.access import Person
from studio.catalogue.agreed import worst_text
from studio.catalogue.estimate import NANO
from studio.catalogue.model import Model
from studio.catalogue.views import ModelOption, option_of
from studio.chat.composer import price_text
from studio.chat.views import PictureCard, money
from studio.errors import StudioError
from studio.images.forms import INPUTS_LIMIT, ImageForm, read_settings
from studio.images.wish import Wish, estimate_wish, known_settings, mistake_in_inputs
from studio.wiring import Studio
from studio.wishes.fields import Field, fields_of
from studio.wishes.forms import mistakes_of
from studio.wishes.inputs import input_cards

# Beside the prompt, since they are what people choose each time; the others fold away.
IN_SIGHT = ("aspect_ratio", "n")


@dataclass(frozen=True, slots=True)
class PaintCard:
    """`in_sight` are the settings beside the prompt, `folded` the others. `inputs_hint` says how many may come in."""

    prompt: str
    model: str
    options: Sequence[ModelOption]
    in_sight: Sequence[Field]
    folded: Sequence[Field]
    pictures: Sequence[PictureCard]
    takes_pictures: bool
    needs_pictures: bool
    inputs_mistake: str | None
    price: str
    seen_usd: str
    more: str  # a sentence: what each picture costs that comes in addition, if anything
    seen_each_usd: str
    facts: Sequence[str]
    parent_id: str
    notes: Sequence[str] = ()
    focus: str = "prompt"
    error: str | None = None
    error_field: str | None = None

    @property
    def is_inputs_error(self) -> bool:
        """Then it stands beside the pictures, where it goes as soon as they are mended."""
        return self.error is not None and self.error == self.inputs_mistake

    @property
    def has_folded_error(self) -> bool:
        return any(each.error for each in self.folded)


def paint_card(
    studio: Studio,
    person: Person,
    form: ImageForm,
    error: StudioError | None = None,
    *,
    focus: str = "prompt",
) -> PaintCard:
    """The composer with what is in the form; an error stands at its field, or above the prompt."""
    model = _painting(studio, form.model)
    read = read_settings(model, form) if model else None
    fields = fields_of(known_settings(model), form.settings, mistakes_of(error, read)) if model else []
    pictures = input_cards(studio, person, form.asset_ids)
    at_setting = error is not None and error.field in {each.name for each in fields}
    wish = (
        Wish(form.prompt, model, read.values, tuple(UUID(picture.id) for picture in pictures))
        if model and read
        else None
    )
    estimate = estimate_wish(wish, more_inputs=form.chosen) if wish else None
    known = known_settings(model) if model else None
    each_usd = _each_usd(wish, form.chosen) if wish and known and known.most_inputs else None
    return PaintCard(
        prompt=form.prompt,
        model=form.model,
        options=[image_option(studio, found, form.model) for found in studio.catalogue.image_models()],
        in_sight=[each for name in IN_SIGHT for each in fields if each.name == name],
        folded=[each for each in fields if each.name not in IN_SIGHT],
        pictures=pictures,
        takes_pictures=bool(known and known.most_inputs),
        needs_pictures=bool(known and known.least_inputs),
        inputs_mistake=mistake_in_inputs(len(pictures), known) if known and pictures else None,
        price=price_text(estimate),
        seen_usd=worst_text(estimate),
        more=f"Each picture that you add costs up to {money(each_usd, up=True)} more." if each_usd else "",
        seen_each_usd=format(each_usd, "f") if each_usd else "",
        facts=image_facts(model) if model else [],
        parent_id=form.parent_id,
        notes=form.notes,
        focus=focus,
        error=error.text if error and not at_setting else None,
        error_field=error.field if error else None,
    )


def _each_usd(wish: Wish, chosen: int) -> Decimal | None:
    """
    The most that each further picture adds; None where nobody knows. The worst case is the dearest of several offers,
    so it may grow faster with later pictures: the mean of as many as there may be is never less than that of fewer.
    """
    few, many = (estimate_wish(wish, more_inputs=chosen + more).worst_usd for more in (0, INPUTS_LIMIT))
    return None if few is None or many is None else ((many - few) / INPUTS_LIMIT).quantize(NANO, ROUND_UP)


def image_option(studio: Studio, model: Model, chosen: str) -> ModelOption:
    return option_of(model, image_facts(model), chosen, studio.provider)


def image_facts(model: Model) -> list[str]:
    """Price of one picture and abilities, in words; what is not known is said to be so."""
    known = known_settings(model)
    likely = estimate_wish(Wish("", model)).likely_usd
    if likely is None:
        price = "price unknown"
    else:
        price = "free" if likely == 0 else f"from {money(likely)} a picture"
    facts = [price]
    if known.most_pictures > 1:
        facts.append(f"up to {known.most_pictures} at once")
    if known.least_inputs:
        facts.append("changes pictures")
    elif known.most_inputs:
        facts.append("takes pictures in")
    if model.makes_text:
        facts.append("writes, too")
    return facts


def _painting(studio: Studio, model_id: str) -> Model | None:
    model = studio.catalogue.find(model_id.strip())
    return model if model is not None and model.makes_images else None
