"""The composer of videos filled from a recipe that somebody brought."""

from studio.recipes.recipes import Filling, sentences
from studio.videos.forms import VideoForm
from studio.videos.settings import form_settings, usual_roles
from studio.videos.show import roles_of
from studio.videos.wish import ROLES, known_settings
from studio.wiring import Studio
from studio.wishes.forms import texts_of
from studio.wishes.settings import offered


def form_of_recipe(studio: Studio, filling: Filling | None, stand_in: str) -> tuple[VideoForm, list[str]]:
    """
    The form with everything of the recipe that fits, and sentences: what it is, and what is left out.

    `stand_in` is the model for a recipe whose own is not here. Nothing is judged before it is sent.
    """
    if filling is None:
        return VideoForm(model=stand_in), sentences(None, ())
    params, ids = filling.recipe.params, filling.asset_ids
    model = studio.catalogue.find(filling.model or stand_in)
    known = known_settings(model) if model else None
    names = {ROLES, *offered(form_settings(known))} if known else {ROLES}
    roles = roles_of(params)
    if len(roles) != len(ids):  # a picture is not here, or it comes from somewhere else
        roles = usual_roles(len(ids), known) if known else []
    form = VideoForm(
        prompt=filling.recipe.prompt,
        model=filling.model or stand_in,
        settings={name: text for name, text in texts_of(params).items() if name in names - {ROLES}},
        kept=tuple((role, str(asset_id)) for role, asset_id in zip(roles, ids, strict=False)),
    )
    return form, sentences(filling, names)
