"""The composer of pictures filled from a recipe that somebody brought."""

from studio.images.forms import ImageForm
from studio.images.wish import known_settings
from studio.providers import ImageSettings
from studio.recipes.recipes import Filling, sentences
from studio.wiring import Studio
from studio.wishes.forms import texts_of
from studio.wishes.settings import offered, settings_of_form


def form_of_recipe(studio: Studio, filling: Filling | None, stand_in: str) -> tuple[ImageForm, list[str]]:
    """
    The form with everything of the recipe that fits, and sentences: what it is, and what is left out.

    `stand_in` is the model for a recipe whose own is not here.
    """
    if filling is None:
        return ImageForm(model=stand_in), sentences(None, ())
    model = studio.catalogue.find(filling.model or stand_in)
    known = known_settings(model) if model else ImageSettings()
    names = {"n", *offered(known)}
    texts = {name: text for name, text in texts_of(filling.recipe.params).items() if name in names}
    misfits = settings_of_form(texts, known).mistakes
    form = ImageForm(
        prompt=filling.recipe.prompt,
        model=filling.model or stand_in,
        settings={name: text for name, text in texts.items() if name not in misfits},
        asset_ids=tuple(str(asset_id) for asset_id in dict.fromkeys(filling.asset_ids)),
    )
    return form, sentences(filling, names, {name: texts[name] for name in misfits})
