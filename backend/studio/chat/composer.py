"""The composer as a card: what was typed, the model with its settings, and the price of pressing the button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.catalogue.estimate import Estimate
from studio.catalogue.model import Model
from studio.catalogue.views import ModelOption, model_facts, model_option
from studio.chat.conversation import Conversation
from studio.chat.forms import ComposerForm
from studio.chat.views import PictureCard, money, picture_card
from studio.errors import StudioError
from studio.recipes.recipes import Filling, sentences
from studio.wiring import Studio

EFFORT_CHOICES = [
    ("", "As the model likes"),
    ("minimal", "Hardly"),
    ("low", "A little"),
    ("medium", "Some"),
    ("high", "Hard"),
]
SETTING_CHARACTERS = 200
SETTING_NAMES = ("system_prompt", "temperature", "top_p", "max_tokens", "seed", "reasoning_effort")


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    label: str
    value: str
    hint: str
    inputmode: str = "decimal"
    placeholder: str = ""
    choices: Sequence[tuple[str, str]] = ()


class Errors(dict[str, str | None]):
    """Errors by field; a field without one has None."""

    def __missing__(self, key: str) -> None:
        return None

    def __getattr__(self, key: str) -> str | None:
        return self[key]


@dataclass(frozen=True, slots=True)
class ComposerCard:
    action: str
    settings_action: str
    target: str
    swap: str
    placeholder: str
    prompt: str
    system_prompt: str
    model: str
    options: Sequence[ModelOption]
    settings: Sequence[Setting]
    pictures: Sequence[PictureCard]
    price: str
    facts: Sequence[str]
    conversation_id: str | None = None
    focus: str = "prompt"  # or model
    notes: Sequence[str] = ()
    error: str | None = None
    error_field: str | None = None
    errors: Mapping[str, str | None] = field(default_factory=Errors)

    @property
    def has_settings_error(self) -> bool:
        return any(self.errors.get(name) for name in SETTING_NAMES)


def composer_card(
    studio: Studio,
    person: Person,
    form: ComposerForm,
    estimate: Estimate | None,
    conversation: Conversation | None = None,
    error: StudioError | None = None,
) -> ComposerCard:
    """The composer with what is in the form; an error stands at its field, or above the prompt."""
    model = studio.catalogue.find(form.model)
    at_setting = error is not None and error.field in SETTING_NAMES
    action = (
        f"/fragments/conversations/{conversation.id}/messages" if conversation else "/fragments/conversations"
    )
    return ComposerCard(
        action=action,
        settings_action=f"{action.removesuffix('/messages')}/settings",
        target="#composer" if conversation else "#main",
        swap="outerHTML" if conversation else "innerHTML",
        placeholder="Ask on" if conversation else "Ask anything",
        prompt=form.prompt,
        system_prompt=form.system_prompt,
        model=form.model,
        options=[
            model_option(known, form.model, studio.provider) for known in studio.catalogue.text_models()
        ],
        settings=settings_of(model, form),
        pictures=_pictures(studio, person, form),
        price=price_text(estimate),
        facts=model_facts(model) if model else [],
        conversation_id=str(conversation.id) if conversation else None,
        notes=form.notes,
        error=error.text if error and not at_setting else None,
        error_field=error.field if error else None,
        errors=Errors({error.field: error.text}) if error and at_setting and error.field else Errors(),
    )


def price_text(estimate: Estimate | None) -> str:
    """What stands on the button: the most it can cost, `free`, or that nobody knows."""
    if estimate is None or estimate.worst_usd is None:
        return "price unknown"
    return "free" if estimate.worst_usd == 0 else f"≤ {money(estimate.worst_usd, up=True)}"


def settings_of(model: Model | None, form: ComposerForm) -> list[Setting]:
    """Only what this model has."""
    if model is None:
        return []
    limit = model.default_output_tokens
    known = [
        Setting("temperature", "Temperature", form.temperature, "0 is sober, 2 is wild"),
        Setting("top_p", "Top-p", form.top_p, "Smaller keeps to likely words"),
        Setting(
            "max_tokens",
            "Longest answer",
            form.max_tokens,
            "Tokens; sets the highest price",
            "numeric",
            str(limit),
        ),
        Setting("seed", "Seed", form.seed, "The same seed tends to the same answer", "numeric"),
    ]
    found = [setting for setting in known if model.accepts(setting.name)]
    if model.can_reason:
        found.append(
            Setting(
                "reasoning_effort", "Thinking", form.reasoning_effort, "Costs tokens", choices=EFFORT_CHOICES
            )
        )
    return found


def form_of(conversation: Conversation) -> ComposerForm:
    """An empty prompt with the model and settings of the last question."""
    values = {name: str(value) for name, value in conversation.params.items() if name in SETTING_NAMES}
    return ComposerForm(model=conversation.model, system_prompt=conversation.system_prompt, **values)


def form_of_recipe(studio: Studio, filling: Filling | None) -> tuple[ComposerForm, list[str]]:
    """
    The form with everything of a recipe that fits a question, and sentences: what it is, and what is left out.

    A model that is not here is replaced by the usual one. Nothing is judged: what is too long or out of range is told
    when it is sent, as if somebody had typed it.
    """
    usual = studio.catalogue.default_text_model()
    if filling is None:
        return ComposerForm(model=usual.id if usual else ""), sentences(None, ())
    given = filling.recipe.params
    form = ComposerForm(
        prompt=filling.recipe.prompt,
        model=filling.model or (usual.id if usual else ""),
        asset_ids=[str(asset_id) for asset_id in filling.asset_ids],
        **{
            name: str(given[name])[: None if name == "system_prompt" else SETTING_CHARACTERS]
            for name in SETTING_NAMES
            if given.get(name) is not None
        },
    )
    offered = [setting.name for setting in settings_of(studio.catalogue.find(form.model), form)]
    offered.append("system_prompt")  # every model takes instructions
    return form, sentences(filling, offered)


def _pictures(studio: Studio, person: Person, form: ComposerForm) -> list[PictureCard]:
    ids = []
    for text in form.asset_ids:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    found = assets.list_assets(studio.db, person.id, ids)
    return [picture_card(found[id_]) for id_ in ids if id_ in found]
