"""Running again what was made: the same recipe as a new wish, once, and for no more than the button said."""

from studio.accounts.access import Person
from studio.assets import store as assets
from studio.catalogue.agreed import refuse_dearer
from studio.catalogue.estimate import Estimate
from studio.chat.rerunning import KIND as TEXT
from studio.chat.rerunning import ask_again
from studio.errors import Conflict, Missing
from studio.generations.generation import Generation
from studio.generations.retrying import ESTIMATES
from studio.generations.store import get_generation
from studio.images import forms as image_forms
from studio.images import show as images
from studio.images.wish import KIND as IMAGE
from studio.images.wish import request_pictures
from studio.once.once import Once, begun_before
from studio.videos import forms as video_forms
from studio.videos import show as videos
from studio.videos.wish import request_video
from studio.wiring import Studio


class InputsGone(Conflict):
    code = "inputs_gone"
    text = "A picture that it began with was deleted, so it cannot be made as it was. Change it, then run it."


def price_of_rerun(studio: Studio, person: Person, generation: Generation) -> Estimate | None:
    """What making it once more costs today; None where one press cannot do that, since a part of it is not here."""
    estimate = ESTIMATES.get(generation.kind)
    if estimate is None or _misses_inputs(studio, person, generation):
        return None
    return estimate(studio, generation)


def run_again(
    studio: Studio, person: Person, generation: Generation, *, seen_usd: str, once: Once | None
) -> Generation:
    """
    A new generation of the same recipe, its seed included; the same request sent `once` before gives what it began.

    Raises InputsGone, Dearer where it costs more than `seen_usd` (empty: whoever asks has no say), and what asking
    for it with the form does: Invalid for a model or a setting that is not here any more, TooManyWaiting. An answer
    in a conversation gets another one beside it.
    """
    before = begun_before(studio.db, once)
    if before is not None:
        return get_generation(studio.db, person.id, before)
    if generation.kind not in ESTIMATES:
        raise Missing
    if _misses_inputs(studio, person, generation):
        raise InputsGone
    refuse_dearer(seen_usd, ESTIMATES[generation.kind](studio, generation))
    if generation.kind == TEXT:
        return ask_again(studio, person, generation, once)
    if generation.kind == IMAGE:
        painted = image_forms.wish_of_form(studio, images.form_of_generation(studio, person, generation))
        return request_pictures(studio, person, painted, once)
    filmed = video_forms.wish_of_form(studio, videos.form_of_generation(studio, person, generation))
    return request_video(studio, person, filmed, once)


def _misses_inputs(studio: Studio, person: Person, generation: Generation) -> bool:
    found = assets.find_by_hashes(studio.db, person.id, generation.input_hashes)
    return any(digest not in found for digest in generation.input_hashes)
