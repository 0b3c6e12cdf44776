"""What a question must be before it is asked: clean words, no longer than may be, and a model that can take them."""

from dataclasses import replace

from studio.catalogue.model import Model
from studio.chat.conversation import PICTURES_LIMIT, PROMPT_LIMIT, SYSTEM_PROMPT_LIMIT, Question
from studio.errors import CannotSee, EmptyPrompt, Invalid, PromptTooLong, UnknownModel
from studio.wiring import Studio


def checked(question: Question) -> Question:
    """The question with clean words; raises EmptyPrompt, PromptTooLong or Invalid (all 422, with the field)."""
    prompt, system_prompt = clean(question.prompt).strip(), clean(question.system_prompt).strip()
    if not prompt:
        raise EmptyPrompt
    if len(prompt) > PROMPT_LIMIT:
        raise PromptTooLong(f"That is {len(prompt):,} characters; a question may have {PROMPT_LIMIT:,}.")
    if len(system_prompt) > SYSTEM_PROMPT_LIMIT:
        raise Invalid(f"The instructions may have {SYSTEM_PROMPT_LIMIT:,} characters.", field="system_prompt")
    if len(question.asset_ids) > PICTURES_LIMIT:
        raise Invalid(f"A question may have {PICTURES_LIMIT} pictures.", field="pictures")
    return replace(question, prompt=prompt, system_prompt=system_prompt)


def able_model(studio: Studio, question: Question) -> Model:
    """The model, if it can take what is asked; raises UnknownModel or CannotSee."""
    model = studio.catalogue.get(question.model)
    if not model.makes_text:
        raise UnknownModel(f"{model.name} does not write text.")
    if question.asset_ids and not model.can_see:
        raise CannotSee(
            f"{model.name} cannot look at pictures. Choose a model that sees, or leave the picture out."
        )
    return model


def clean(text: str) -> str:
    """Without NUL and lone surrogates, which no database and no provider takes, and with plain line ends."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")
