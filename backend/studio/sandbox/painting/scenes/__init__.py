"""The compositions: each takes a canvas, a palette and what the prompt says, and fills the canvas."""

from __future__ import annotations

from collections.abc import Callable

from studio.sandbox.painting.canvas import Canvas
from studio.sandbox.painting.colours import Palette
from studio.sandbox.painting.scenes.botanical import botanical
from studio.sandbox.painting.scenes.city import city
from studio.sandbox.painting.scenes.dunes import dunes
from studio.sandbox.painting.scenes.forest import forest
from studio.sandbox.painting.scenes.fruit import fruit
from studio.sandbox.painting.scenes.hills import hills
from studio.sandbox.painting.scenes.paper import paper
from studio.sandbox.painting.scenes.sea import sea
from studio.sandbox.painting.scenes.space import space
from studio.sandbox.painting.scenes.tiles import tiles
from studio.sandbox.painting.words import Reading

Scene = Callable[[Canvas, Palette, Reading], None]

SCENES: dict[str, Scene] = {
    "hills": hills,
    "sea": sea,
    "city": city,
    "forest": forest,
    "dunes": dunes,
    "botanical": botanical,
    "fruit": fruit,
    "space": space,
    "paper": paper,
    "tiles": tiles,
}
