"""Uploads, and the bytes of assets for their owner."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, UploadFile
from fastapi.params import File
from fastapi.responses import FileResponse, Response

from studio.accounts.access import SignedIn
from studio.assets import assets
from studio.assets.picture import take_in_picture
from studio.errors import Missing
from studio.wiring import Wired

router = APIRouter()


@router.post("/api/assets", status_code=201, name="assets.add")
def add(person: SignedIn, studio: Wired, file: Annotated[UploadFile, File()]) -> dict[str, Any]:
    """Upload a picture (multipart field `file`)."""
    picture = take_in_picture(file.file)
    return assets.keep_picture(
        studio.db, studio.files, person.id, picture, file.filename or "picture"
    ).as_json()


@router.get("/api/assets/{asset_id}", name="assets.show")
def show(asset_id: UUID, person: SignedIn, studio: Wired) -> dict[str, Any]:
    return assets.get_asset(studio.db, person.id, asset_id).as_json()


@router.get("/media/{asset_id}", name="assets.bytes")
def read(
    asset_id: UUID, person: SignedIn, studio: Wired, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """The bytes, with Range. They are named by their content, so they never change."""
    asset = assets.get_asset(studio.db, person.id, asset_id)
    path, tag = studio.files.path(asset.sha256), f'"{asset.sha256}"'
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    if not path.is_file():
        raise Missing
    return FileResponse(path, media_type=asset.media_type, headers=headers, content_disposition_type="inline")
