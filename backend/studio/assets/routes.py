"""Uploads, and the bytes of assets for their owner."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Request, UploadFile
from fastapi.params import File, Query
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from studio.accounts.access import Person, SignedIn
from studio.accounts.gate import Router
from studio.assets import assets, store
from studio.assets.asset import Asset
from studio.assets.embedding import EMBEDS, embedded
from studio.assets.picture import FIRST_OF_MANY, take_in_picture
from studio.assets.previews import FORM, MEDIA_TYPES, SMALLEST, WIDTHS
from studio.assets.recipe import Recipe, recipe_of
from studio.assets.serving import disposition, serve_download, serve_file
from studio.errors import Invalid, Missing, NoFile
from studio.generations import store as generations
from studio.wiring import Studio, Wired

router = Router()


@router.get("/api/limits", name="assets.limits")
def limits(studio: Wired) -> dict[str, int]:
    """What may be sent at once, for whoever stands in front of us; no secret, so nobody has to sign in."""
    return {"upload_max_bytes": studio.settings.upload_limit_bytes}


@router.post("/api/assets", status_code=201, name="assets.add")
def add(person: SignedIn, studio: Wired, file: Annotated[UploadFile | None, File()] = None) -> dict[str, Any]:
    """Upload a picture (multipart field `file`); `note` says what was left out of it."""
    if file is None or not (file.filename or file.size):
        raise NoFile(field="file")
    try:
        picture = take_in_picture(studio.files, file.file, studio.settings.upload_limit_bytes)
    except Invalid as error:
        error.field = "file"
        raise
    asset = assets.keep_picture(studio.db, person.id, picture, file.filename or "picture")
    return {**asset.as_json(), "note": FIRST_OF_MANY if picture.is_first_of_many else None}


@router.get("/api/assets/{asset_id}", name="assets.show")
def show(asset_id: UUID, person: SignedIn, studio: Wired) -> dict[str, Any]:
    return store.get_asset(studio.db, person.id, asset_id).as_json()


@router.get("/api/assets/{asset_id}/recipe", name="assets.recipe")
def recipe(asset_id: UUID, person: SignedIn, studio: Wired) -> Response:
    """How it was made, as a file that the create pages take; an upload has none."""
    asset = store.get_asset(studio.db, person.id, asset_id)
    found = _recipe(studio, person, asset)
    if found is None:
        raise Missing
    name = f"{asset.file_name.rpartition('.')[0]}.recipe.json"
    headers = {"Content-Disposition": disposition("attachment", name), "Cache-Control": "no-store"}
    return JSONResponse(found.as_json(), headers=headers)


@router.get("/media/{asset_id}", name="assets.bytes")
@router.head("/media/{asset_id}", include_in_schema=False)
async def read(
    asset_id: UUID,
    request: Request,
    person: SignedIn,
    studio: Wired,
    w: Annotated[int | None, Query()] = None,
    download: Annotated[bool, Query()] = False,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """
    The bytes, with Range; with `?w=` a preview so wide; with `?download=1` to be saved, the recipe inside.

    The smallest preview is also shown of what was put away: the bin shows what it can bring back.
    """
    asset = await studio.read(lambda: store.get_asset(studio.db, person.id, asset_id, with_deleted=True))
    if asset.deleted_at is not None and w != SMALLEST:
        raise Missing
    if w is not None:
        return await _preview(request, studio, asset, w, accept)
    if download:
        return await run_in_threadpool(_download, request, studio, person, asset)
    inline = disposition("inline", asset.file_name)
    path = studio.files.path(asset.sha256)
    return await run_in_threadpool(serve_file, request, path, f'"{asset.sha256}"', asset.media_type, inline)


async def _preview(request: Request, studio: Studio, asset: Asset, width: int, accept: str) -> Response:
    if width not in WIDTHS:
        raise Invalid(f"Previews are {', '.join(map(str, WIDTHS[:-1]))} or {WIDTHS[-1]} wide.", field="w")
    ending = "avif" if "image/avif" in accept else "webp"
    path = await studio.previews.get(asset.sha256, width, ending)
    tag = f'"{asset.sha256}-{width}-{ending}-{FORM}"'
    name = f"{asset.file_name.rpartition('.')[0]}.{ending}"
    answer = await run_in_threadpool(
        serve_file, request, path, tag, MEDIA_TYPES[ending], disposition("inline", name)
    )
    answer.headers["Vary"] = "Accept"
    return answer


def _download(request: Request, studio: Studio, person: Person, asset: Asset) -> Response:
    """The recipe goes into a copy on its way out; the stored bytes stay as they are."""
    saved_as = disposition("attachment", asset.file_name)
    found = _recipe(studio, person, asset) if asset.media_type in EMBEDS else None
    path, tag = studio.files.path(asset.sha256), f'"{asset.sha256}"'
    if found is None:
        return serve_file(request, path, tag, asset.media_type, saved_as)
    with studio.files.open(asset.sha256) as file:
        copy = embedded(file, asset.media_type, found)
    tag = f'"{asset.sha256}-{found.digest()}"'
    return serve_download(
        request,
        copy.blocks(lambda: studio.files.open(asset.sha256)),
        copy.length,
        tag,
        asset.media_type,
        saved_as,
    )


def _recipe(studio: Studio, person: Person, asset: Asset) -> Recipe | None:
    if asset.generation_id is None:
        return None
    made = generations.list_generations(studio.db, person.id, [asset.generation_id]).get(asset.generation_id)
    return recipe_of(made) if made is not None else None
