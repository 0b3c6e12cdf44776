"""Who plays: what moves behind the ground and what before it, by scene, mood and the words of the prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image

from studio.sandbox.filming.movers import Mover, bird, cloud, disc, leaf, streak
from studio.sandbox.filming.stage import Stage
from studio.sandbox.painting.colours import Colour, mix

WHITE: Colour = (255, 255, 255)
AUTUMN: tuple[Colour, ...] = ((201, 98, 34), (222, 155, 44), (168, 58, 36), (140, 98, 42))
OPEN_SKY = ("hills", "sea", "city", "dunes")


@dataclass(frozen=True, slots=True)
class Cast:
    """`behind` is drawn on the sky, `before` over everything."""

    behind: tuple[Mover, ...] = ()
    before: tuple[Mover, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """A frame to place things in; `u` is its shorter side."""

    w: int
    h: int
    dice: Random
    stage: Stage

    @property
    def u(self) -> int:
        return min(self.w, self.h)

    def somewhere(self, top: float = 0.0, bottom: float = 1.0) -> dict[str, float]:
        dice = self.dice
        x, y = dice.uniform(0, self.w), self.h * dice.uniform(top, bottom)
        return {"x": x, "y": y, "phase": dice.random()}


def cast_for(stage: Stage, size: tuple[int, int], dice: Random) -> Cast:
    """Always somebody: even a pattern has motes in its light."""
    room = Room(size[0], size[1], dice, stage)
    reading, scene = stage.reading, stage.reading.scene
    behind: list[Mover] = []
    before: list[Mover] = []
    if not stage.is_given and scene in OPEN_SKY:
        behind += clouds(room)
    if stage.palette.is_dark and not stage.is_given and scene in (*OPEN_SKY, "space", "forest"):
        behind += twinkling(room)
    if "birds" in reading.motifs or (scene in ("hills", "sea") and not stage.palette.is_dark):
        (before if stage.is_given else behind).extend(birds(room))
    before += _falling(room)
    if stage.horizon is not None:
        before += glints(room, stage.horizon)
    if scene == "city" and not stage.is_given:
        before += lights(room, stage.layers[-1][0])
    if not before or scene in ("forest", "space", "fruit", "botanical"):
        before += motes(room)
    return Cast(tuple(behind), tuple(before))


def _falling(room: Room) -> list[Mover]:
    """Snow before rain before leaves before petals: one of them is enough."""
    reading = room.stage.reading
    falls: tuple[tuple[bool, Callable[[Room], list[Mover]]], ...] = (
        ("snow" in reading.motifs or reading.mood == "winter", snow),
        ("rain" in reading.motifs, rain),
        (reading.mood == "autumn" or reading.says("leaf", "leaves"), leaves),
        ("flowers" in reading.motifs or reading.mood == "spring", petals),
        (reading.scene == "dunes", sand),
    )
    return next((make(room) for wanted, make in falls if wanted), [])


def clouds(room: Room) -> list[Mover]:
    dice, palette = room.dice, room.stage.palette
    colour = mix(palette.sky[2], palette.light, 0.5)
    wind = room.u * 0.025 * dice.choice((-1, 1))
    return [
        Mover(
            (cloud(room.u * dice.uniform(0.3, 0.6), dice, 60 if palette.is_dark else 120),),
            colour,
            **room.somewhere(0.02, 0.34),
            dx=wind * dice.uniform(0.6, 1.4),
        )
        for _ in range(4)
    ]


def twinkling(room: Room) -> list[Mover]:
    dice = room.dice
    return [
        Mover(
            (disc(room.u * 0.0035, blur=0.8),), WHITE, **room.somewhere(0, 0.5), beat=dice.uniform(0.3, 0.9)
        )
        for _ in range(26)
    ]


def birds(room: Room) -> list[Mover]:
    dice, colour = room.dice, mix(room.stage.palette.near, (20, 20, 30), 0.4)
    x, y = room.w * dice.uniform(-0.1, 0.3), room.h * dice.uniform(0.14, 0.28)
    return [
        Mover(
            bird(room.u * dice.uniform(0.012, 0.022)),
            colour,
            x - room.u * 0.06 * number,
            y + room.u * dice.uniform(-0.05, 0.05),
            dx=room.u * 0.11,
            sway=room.u * 0.012,
            sway_seconds=dice.uniform(2.5, 4),
            flaps=dice.uniform(9, 13),
            phase=dice.random(),
        )
        for number in range(6)
    ]


def snow(room: Room) -> list[Mover]:
    found = []
    for _ in range(110):
        near = room.dice.random() ** 2.2
        radius = room.u * (0.002 + 0.008 * near)
        found.append(
            Mover(
                (disc(radius, blur=0.3 + near, level=round(235 - 60 * near)),),
                WHITE,
                **room.somewhere(-0.1, 1),
                dy=room.u * (0.05 + 0.16 * near),
                dx=room.u * 0.012,
                sway=room.u * 0.018 * (0.4 + near),
                sway_seconds=room.dice.uniform(2, 5),
            )
        )
    return found


def rain(room: Room) -> list[Mover]:
    found = []
    colour = mix(room.stage.palette.light, WHITE, 0.5)
    for _ in range(120):
        near = room.dice.random()
        length = room.u * (0.03 + 0.05 * near)
        sprite = streak(length, length * 0.2, room.u * 0.002 * (0.5 + near), round(70 + 90 * near))
        speed = room.u * (1.1 + 0.9 * near)
        found.append(Mover((sprite,), colour, **room.somewhere(-0.1, 1), dy=speed, dx=-0.2 * speed))
    return found


def leaves(room: Room) -> list[Mover]:
    return _tumbling(room, AUTUMN, 26, 0.013)


def petals(room: Room) -> list[Mover]:
    accents = room.stage.palette.accents
    return _tumbling(room, tuple(mix(accent, WHITE, 0.35) for accent in accents[:3]), 22, 0.009)


def _tumbling(room: Room, colours: tuple[Colour, ...], count: int, size: float) -> list[Mover]:
    dice = room.dice
    return [
        Mover(
            leaf(room.u * size * dice.uniform(0.6, 1.5)),
            dice.choice(colours),
            **room.somewhere(-0.2, 1),
            dy=room.u * dice.uniform(0.09, 0.17),
            dx=room.u * dice.uniform(-0.05, 0.03),
            sway=room.u * dice.uniform(0.02, 0.06),
            sway_seconds=dice.uniform(2, 4),
            flaps=dice.uniform(5, 9),
        )
        for _ in range(count)
    ]


def sand(room: Room) -> list[Mover]:
    colour = mix(room.stage.palette.light, WHITE, 0.3)
    return [
        Mover(
            (disc(room.u * room.dice.uniform(0.0015, 0.003), blur=0.6, level=150),),
            colour,
            **room.somewhere(0.5, 1),
            dx=room.u * room.dice.uniform(0.25, 0.5),
            sway=room.u * 0.01,
        )
        for _ in range(60)
    ]


def motes(room: Room) -> list[Mover]:
    """Dust or pollen in the light."""
    colour = mix(room.stage.palette.light, WHITE, 0.4)
    return [
        Mover(
            (disc(room.u * room.dice.uniform(0.002, 0.006), blur=1.0, level=170),),
            colour,
            **room.somewhere(),
            dx=room.u * room.dice.uniform(-0.015, 0.015),
            dy=-room.u * room.dice.uniform(0.005, 0.03),
            sway=room.u * 0.02,
            sway_seconds=room.dice.uniform(3, 6),
            beat=room.dice.uniform(0.15, 0.4),
        )
        for _ in range(34)
    ]


def glints(room: Room, horizon: float) -> list[Mover]:
    """Light on the water, larger towards us."""
    found = []
    for _ in range(46):
        depth = room.dice.random() ** 1.3
        sprite = disc(room.u * (0.004 + 0.014 * depth), blur=0.7, level=200)
        flat = sprite.resize((sprite.width, max(1, sprite.height // 5)))
        place = {**room.somewhere(), "y": room.h * (horizon + (1 - horizon) * (0.03 + 0.95 * depth))}
        colour = mix(room.stage.palette.light, WHITE, 0.3)
        found.append(
            Mover((flat,), colour, **place, beat=room.dice.uniform(0.3, 0.8), sway=room.u * 0.008 * depth)
        )
    return found


def lights(room: Room, ground: Image.Image) -> list[Mover]:
    """Windows and lamps that come and go, where the picture is brightest below its middle."""
    small = ground.convert("L").resize((96, 96), Image.Resampling.BOX)
    levels = small.tobytes()
    bright = sorted(range(96 * 40, 96 * 96), key=lambda at: -levels[at])[:220]
    chosen = room.dice.sample(bright, min(26, len(bright)))
    sprite = disc(room.u * 0.008, blur=1.2, level=190)
    return [
        Mover(
            (sprite,),
            mix(room.stage.palette.light, (255, 214, 140), 0.5),
            (at % 96) / 96 * room.w,
            (at // 96) / 96 * room.h,
            beat=room.dice.uniform(0.12, 0.5),
            phase=room.dice.random(),
        )
        for at in chosen
    ]
