"""The composer of videos filled from a recipe that somebody brought."""

from studio.providers import VideoSettings
from studio.recipes.recipes import Filling, sentences
from studio.videos.forms import VideoForm
from studio.videos.settings import form_settings, read_form, usual_roles, usual_settings
from studio.videos.show import roles_of
from studio.videos.wish import ROLES, known_settings
from studio.wiring import Studio
from studio.wishes.forms import texts_of
from studio.wishes.settings import offered


def form_of_recipe(studio: Studio, filling: Filling | None, stand_in: str) -> tuple[VideoForm, list[str]]:
    """
    The form with everything of the recipe that fits, and sentences: what it is, and what is left out.

    `stand_in` is the model for a recipe whose own is not here.
    """
    if filling is None:
        return VideoForm(model=stand_in), sentences(None, ())
    params, ids = filling.recipe.params, filling.asset_ids
    model = studio.catalogue.find(filling.model or stand_in)
    known = known_settings(model) if model else VideoSettings()
    names = offered(form_settings(known))
    texts = {name: text for name, text in texts_of(params).items() if name in names}
    misfits = read_form(texts, known).mistakes
    usual = {name: text for name, text in usual_settings(known).items() if name in misfits}
    roles = roles_of(params)
    if len(roles) != len(ids):  # a picture is not here, or it comes from somewhere else
        roles = usual_roles(len(ids), known)
    form = VideoForm(
        prompt=filling.recipe.prompt,
        model=filling.model or stand_in,
        settings={name: text for name, text in texts.items() if name not in misfits} | usual,
        kept=tuple((role, str(asset_id)) for role, asset_id in zip(roles, ids, strict=False)),
    )
    return form, sentences(filling, {ROLES, *names}, {name: texts[name] for name in misfits})
