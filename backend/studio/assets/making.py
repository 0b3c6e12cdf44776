"""Pictures that a provider sent: proven to be pictures, kept byte for byte."""

import hashlib
import io
from dataclasses import dataclass
from uuid import UUID

from studio.assets.asset import Asset, Origin, printable
from studio.assets.files import FileStore
from studio.assets.picture import DECODING, HEAD_BYTES, refuse_by_name
from studio.assets.previews import AT_ONCE
from studio.ids import new_id
from studio.moments import now

_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class MadeFile:
    """
    A file as it was made, kept; width and height as it is shown.

    `came_as` names the codec of a film that was encoded anew; `plays` is False for one that some browsers cannot play.
    """

    sha256: str
    bytes: int
    media_type: str
    kind: str
    width_px: int | None
    height_px: int | None
    duration_seconds: float | None = None
    came_as: str | None = None
    plays: bool = True


def made_picture(files: FileStore, data: bytes) -> MadeFile:
    """
    What a provider sent, decoded to prove that it is a picture, then kept as it came, with its smallest previews.

    What it is said to be does not matter: PNG, JPEG, WebP and AVIF are known by their bytes. Raises NotAPicture
    (HTML, JSON, SVG and the like), TooManyPixels, PictureDamaged, StorageFull; then nothing is kept. Blocks for as
    long as decoding takes: call it in a thread.
    """
    refuse_by_name(data[:HEAD_BYTES])
    from studio.assets.decoding import prove, shown_size
    from studio.assets.shrinking import keep_preview

    with DECODING:
        image, media_type = prove(io.BytesIO(data))
        sha256 = hashlib.sha256(data).hexdigest()
        files.keep(sha256, data)
        for width, ending in AT_ONCE:
            keep_preview(files, sha256, image, width, ending)
        width_px, height_px = shown_size(image)
    return MadeFile(sha256, len(data), media_type, "image", width_px, height_px)


def made_asset(person_id: UUID, generation_id: UUID, made: MadeFile, position: int, prompt: str) -> Asset:
    """The asset of a made file, named after its prompt; `store.asset_row` of it goes into the caller's commit."""
    words = " ".join(printable(prompt.replace("\n", " ")).split())
    name = words[:_NAME_CHARACTERS].rsplit(" ", 1)[0] if len(words) > _NAME_CHARACTERS else words
    return Asset(
        id=new_id(),
        person_id=person_id,
        sha256=made.sha256,
        kind=made.kind,
        media_type=made.media_type,
        bytes=made.bytes,
        width_px=made.width_px,
        height_px=made.height_px,
        name=f"{name} {position + 1}" if position else name,
        created_at=now(),
        origin=Origin.MADE,
        generation_id=generation_id,
        position=position,
        duration_seconds=made.duration_seconds,
    )
