"""The composer of videos as a card: what was typed, the model with its settings, what it begins with, the price."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from studio.accounts.access import Person
from studio.catalogue.agreed import worst_text
from studio.catalogue.model import Model
from studio.catalogue.views import ModelOption, option_of
from studio.chat.composer import price_text
from studio.chat.views import PictureCard, money
from studio.errors import StudioError
from studio.providers import Role, VideoSettings
from studio.videos.forms import FILES, VideoForm, kept_text, read_settings
from studio.videos.settings import form_settings, mistake_in_roles
from studio.videos.wish import Input, Wish, estimate_wish, known_settings
from studio.wiring import Studio
from studio.wishes.fields import Field, fields_of
from studio.wishes.forms import mistakes_of
from studio.wishes.inputs import input_cards

IN_SIGHT = ("duration", "aspect_ratio", "resolution")
ROLE_LABELS = {Role.FIRST_FRAME: "First frame", Role.LAST_FRAME: "Last frame", Role.REFERENCE: "Go by"}
_BUTTONS_MOST = 6  # as many lengths stand side by side


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for pictures of one role."""

    name: str
    label: str
    is_many: bool
    is_taken: bool


@dataclass(frozen=True, slots=True)
class InputCard:
    """A picture that is here already; `uses` are what it may be for, as (value, text), and `use` what it is for."""

    use: str
    uses: Sequence[tuple[str, str]]
    picture: PictureCard


@dataclass(frozen=True, slots=True)
class FilmCard:
    """`in_sight` are the settings beside the prompt, `folded` the others."""

    prompt: str
    model: str
    options: Sequence[ModelOption]
    in_sight: Sequence[Field]
    folded: Sequence[Field]
    slots: Sequence[Slot]
    inputs: Sequence[InputCard]
    inputs_mistake: str | None
    price: str
    seen_usd: str
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


def film_card(
    studio: Studio,
    person: Person,
    form: VideoForm,
    error: StudioError | None = None,
    *,
    focus: str = "prompt",
) -> FilmCard:
    """The composer with what is in the form; an error stands at its field, or above the prompt."""
    found = studio.catalogue.find(form.model)
    model = found if found is not None and found.makes_videos else None
    known = known_settings(model) if model else VideoSettings()
    read = read_settings(model, form) if model else None
    fields = [
        _filmed(each) for each in fields_of(form_settings(known), form.settings, mistakes_of(error, read))
    ]
    inputs = _inputs(studio, person, form)
    wanted = tuple(Input(UUID(each.picture.id), role) for role, each in inputs)
    wish = Wish(form.prompt, model, read.values, wanted) if model and read else None
    estimate = estimate_wish(wish) if wish else None
    at_setting = error is not None and error.field in {each.name for each in fields}
    return FilmCard(
        prompt=form.prompt,
        model=form.model,
        options=[video_option(studio, each, form.model) for each in studio.catalogue.video_models()],
        in_sight=[each for each in fields if each.name in IN_SIGHT],
        folded=[each for each in fields if each.name not in IN_SIGHT],
        slots=_slots(known),
        inputs=[each for _, each in inputs],
        inputs_mistake=mistake_in_roles(wish.roles, known) if wish else None,
        price=price_text(estimate),
        seen_usd=worst_text(estimate),
        facts=video_facts(model) if model else [],
        parent_id=form.parent_id,
        notes=form.notes,
        focus=focus,
        error=error.text if error and not at_setting else None,
        error_field=error.field if error else None,
    )


def video_option(studio: Studio, model: Model, chosen: str) -> ModelOption:
    return option_of(model, video_facts(model), chosen, studio.provider)


def video_facts(model: Model) -> list[str]:
    """Price of the shortest video and abilities, in words; what is not known is said to be so."""
    known = known_settings(model)
    likely = estimate_wish(Wish("", model)).likely_usd
    if likely is None:
        facts = ["price unknown"]
    else:
        facts = ["free" if likely == 0 else f"from {money(likely)} a video"]
    if known.durations:
        first, last = known.durations[0], known.durations[-1]
        facts.append(f"{first} s" if first == last else f"{first} to {last} s")
    if known.takes_pictures:
        facts.append("takes pictures in")
    if known.has_audio:
        facts.append("with sound")
    return facts


def _filmed(field: Field) -> Field:
    """A length is told in seconds, and stands side by side where there are few."""
    if field.name == "duration":
        options = [
            replace(option, text=f"{option.text} s" if option.value else option.text)
            for option in field.options
        ]
        return replace(field, label="Length", options=options, is_row=len(options) <= _BUTTONS_MOST)
    return replace(field, label="Sound") if field.name == "generate_audio" else field


def _slots(known: VideoSettings) -> list[Slot]:
    taken = {
        Role.FIRST_FRAME: known.takes_first,
        Role.LAST_FRAME: known.takes_last,
        Role.REFERENCE: known.most_references > 0,
    }
    return [
        Slot(FILES[role], label, role is Role.REFERENCE, taken[role]) for role, label in ROLE_LABELS.items()
    ]


def _uses(asset_id: str) -> list[tuple[str, str]]:
    """All that a picture may be for: what the model takes changes with the model, and its mistake is told beside it."""
    uses = [(kept_text(role, asset_id), label) for role, label in ROLE_LABELS.items()]
    return [*uses, ("", "Leave out")]


def _inputs(studio: Studio, person: Person, form: VideoForm) -> list[tuple[Role, InputCard]]:
    cards = {card.id: card for card in input_cards(studio, person, [text for _, text in form.kept])}
    return [
        (role, InputCard(kept_text(role, text), _uses(text), cards[text]))
        for role, text in form.kept
        if text in cards
    ]
