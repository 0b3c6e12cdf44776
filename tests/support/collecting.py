"""What people have in their galleries, through the real ways in: answers of the sandbox, uploads."""

import io
from uuid import UUID

import httpx
from PIL import Image
from studio.gallery.indexing import item_rows
from studio.gallery.item import Item, ItemTexts
from studio.ids import new_id
from studio.moments import now
from studio.wiring import Studio

from tests.support.people import Caller
from tests.support.waiting import until


def studio_of(who: Caller) -> Studio:
    studio = who.backend.app.state.studio  # type: ignore[attr-defined]
    assert isinstance(studio, Studio)
    return studio


def make_text(who: Caller, prompt: str, **more: object) -> str:
    """The id of a text that the sandbox has written to its end."""
    asked = {"model": "sandbox/sprinter", "prompt": prompt, **more}
    made = who.post("/api/generations", json=asked)
    assert made.status_code == 201, made.text
    item_id: str = made.json()["id"]
    until(lambda: who.get(f"/api/generations/{item_id}").json()["finished_at"] is not None)
    return item_id


def upload(
    who: Caller | httpx.Client,
    name: str = "loaf.png",
    colour: tuple[int, int, int] = (200, 150, 90),
    size: tuple[int, int] = (64, 48),
) -> str:
    """The id of a picture that was brought."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    made = who.post("/api/assets", files={"file": (name, file.getvalue(), "image/png")})
    assert made.status_code == 201, made.text
    item_id: str = made.json()["id"]
    return item_id


def fill(who: Caller, count: int) -> None:
    """So many texts at once, as rows: who has thousands did not get them through one test."""
    person = UUID(who.id)
    made = [
        item_rows(
            Item(new_id(), person, "text", "made", "acme/model", f"Text {nth}", "…", now()), ItemTexts()
        )[0]
        for nth in range(count)
    ]
    studio_of(who).db.write(*made)


def titles(who: Caller, query: str = "") -> list[str]:
    return [item["title"] for item in who.get(f"/api/gallery{query}").json()["items"]]


def ids(who: Caller, query: str = "") -> list[str]:
    return [item["id"] for item in who.get(f"/api/gallery{query}").json()["items"]]
