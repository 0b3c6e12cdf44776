"""The composer of pictures filled from a recipe that somebody brought."""

from studio.images.forms import ImageForm
from studio.images.wish import known_settings
from studio.recipes.recipes import Filling, sentences
from studio.wiring import Studio
from studio.wishes.forms import texts_of
from studio.wishes.settings import offered


def form_of_recipe(studio: Studio, filling: Filling | None, stand_in: str) -> tuple[ImageForm, list[str]]:
    """
    The form with everything of the recipe that fits, and sentences: what it is, and what is left out.

    `stand_in` is the model for a recipe whose own is not here. Nothing is judged before it is sent.
    """
    if filling is None:
        return ImageForm(model=stand_in), sentences(None, ())
    model = studio.catalogue.find(filling.model or stand_in)
    names = {"n", *offered(known_settings(model))} if model else set()
    texts = texts_of(filling.recipe.params)
    form = ImageForm(
        prompt=filling.recipe.prompt,
        model=filling.model or stand_in,
        settings={name: text for name, text in texts.items() if name in names},
        asset_ids=tuple(str(asset_id) for asset_id in dict.fromkeys(filling.asset_ids)),
    )
    return form, sentences(filling, names)
