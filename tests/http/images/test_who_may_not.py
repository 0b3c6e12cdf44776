"""Who may not, for every route of pictures: the first test of each of them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.painting import PAINTER, RETOUCHER, SKETCHER, Paint
from tests.support.sameness import assert_not_there, assert_signed_out

COMMON = [
    ("GET", "/fragments/images"),
    ("POST", "/fragments/images"),
    ("GET", "/fragments/images/models"),
    ("POST", "/fragments/images/estimates"),
    ("POST", "/fragments/images/settings"),
]
OWN = [
    ("GET", "/fragments/images/{id}"),
    ("GET", "/fragments/images/{id}?watching=1"),
    ("GET", "/fragments/images/{id}/drafts/0"),
    ("POST", "/fragments/images/{id}/cancellation"),
    ("POST", "/fragments/images/{id}/retry"),
    ("POST", "/fragments/images/{id}/deletion"),
    ("GET", "/fragments/images?from={id}"),
    ("GET", "/api/generations/{id}"),
    ("GET", "/api/generations/{id}/events"),
    ("POST", "/api/generations/{id}/cancellation"),
    ("DELETE", "/api/generations/{id}"),
]
FORM = {"prompt": "Mine?", "model": SKETCHER}


@pytest.fixture(scope="module")
def hers(paint: Paint) -> dict[str, Any]:
    return paint.made(paint.alice, "Alice's secret garden")


@pytest.mark.parametrize(("method", "address"), COMMON + OWN)
def test_charlie_is_asked_to_sign_in(paint: Paint, hers: dict[str, Any], method: str, address: str) -> None:
    body = {"data": FORM} if method == "POST" else {}

    assert_signed_out(paint.charlie.request(method, address.format(id=hers["id"]), **body))


@pytest.mark.parametrize(("method", "address"), OWN)
def test_somebody_elses_is_not_there(paint: Paint, hers: dict[str, Any], method: str, address: str) -> None:
    others = paint.bob.request(method, address.format(id=hers["id"]))

    assert_not_there(others, paint.bob.request(method, address.format(id=uuid4())))


def test_somebody_elses_picture_begins_nothing(paint: Paint, hers: dict[str, Any]) -> None:
    asset_id = hers["assets"][0]["id"]
    form = {**FORM, "model": PAINTER, "asset_ids": asset_id}

    asked = paint.bob.post("/fragments/images", data=form)
    program = paint.bob.post(
        "/api/generations",
        json={"kind": "image", "prompt": "Mine?", "model": RETOUCHER, "input_asset_ids": [asset_id]},
    )
    shown = paint.bob.get(f"/fragments/images?input={asset_id}")

    assert (asked.status_code, program.status_code) == (404, 404)
    assert asset_id not in shown.text


def test_a_page_shows_only_ones_own(paint: Paint, hers: dict[str, Any]) -> None:
    assert "secret garden" in paint.alice.get("/fragments/images").text
    assert "secret garden" not in paint.bob.get("/fragments/images").text
