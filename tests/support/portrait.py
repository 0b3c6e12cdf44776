"""
The pictures of the gallery in the README: a studio of its own is filled by the sandbox and looked at, light and dark.

    .venv/bin/python -m tests.support.portrait [docs/pictures]

The words are the same each time, and so are the pictures, since their seeds are.
"""

import io
import sys
import tempfile
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import sync_playwright

from tests.support.browser import launch
from tests.support.forms import cookie_of
from tests.support.programs import made
from tests.support.services import ROOT, Services, running_services

SIZE = {"width": 1440, "height": 900}
TEXT = ("sandbox/scribe", "A table of soups with the time they take")
FILM = ("sandbox/filmer", "A harbour at dusk with a sailing boat")
# Asked for one after the other: the last one stands first.
BEFORE = [
    ("A snowy forest at night", "2:3"),
    ("Desert dunes under the moon", "3:2"),
    ("A bowl of oranges and pears on a kitchen table", "4:3"),
    ("A city in the rain, teal and gold", "1:1"),
]
AFTER = [
    ("Panorama of mountains, a cottage and a rainbow", "16:9"),
    ("Waves of tiles in indigo and amber", "1:1"),
    ("A vase of tulips in coral", "3:4"),
    ("A lighthouse at sunset, teal and coral", "3:2"),
    ("A ringed planet and a comet", "1:1"),
    ("Balloons over hills at dawn", "3:2"),
]


def main(place: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, running_services(Path(folder)) as services:
        services.add_people()
        with services.api("alice") as alice:
            fill(alice)
        for scheme in ("light", "dark"):
            suffix = "" if scheme == "light" else "-dark"
            path = place / f"gallery{suffix}.webp"
            shot = photograph(services, scheme)
            Image.open(io.BytesIO(shot)).convert("RGB").save(path, quality=80, method=6)
            print(path, path.stat().st_size)


def fill(alice: httpx.Client) -> None:
    for prompt, shape in BEFORE:
        made(alice, prompt, kind="image", model="sandbox/painter", params={"aspect_ratio": shape, "seed": 7})
    made(alice, TEXT[1], model=TEXT[0])
    made(alice, FILM[1], kind="video", model=FILM[0], params={"seed": 7})
    for prompt, shape in AFTER:
        made(alice, prompt, kind="image", model="sandbox/painter", params={"aspect_ratio": shape, "seed": 7})
    items = alice.get("/api/gallery").json()["items"]
    alice.post("/api/gallery/stars", json={"ids": [items[0]["id"]]}).raise_for_status()
    album = alice.post("/api/albums", json={"name": "Postcards"}).json()["id"]
    alice.post(f"/api/albums/{album}/items", json={"ids": [items[0]["id"]]}).raise_for_status()
    alice.get("/fragments/jobs/news").raise_for_status()  # told now, so that no note lies over the page


def photograph(services: Services, scheme: str) -> bytes:
    with sync_playwright() as playwright:
        page = launch(playwright).new_page(
            viewport=SIZE, color_scheme=scheme, base_url=services.address, reduced_motion="reduce"
        )
        page.context.add_cookies([cookie_of(services.address, services.token("alice"))])
        page.goto("/gallery", wait_until="networkidle")
        return page.screenshot()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/pictures")
