"""
The body of a request for pictures, in each of the three ways.

Input pictures are written into the body piece by piece: it is in memory once beside them, never as text.
"""

import base64
import io
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from studio.providers.images import ImageRequest, ImageWay, InputPicture

_PIECE = 3 * 256 * 1024  # bytes of a picture encoded at a time; a multiple of three
_CHAT_NAMES = {"resolution": "image_size"}  # what image_config calls it
_PLACE = re.compile(r'"(\d+)@([0-9a-f]{32})"')
_MEDIA_TYPE = re.compile(r"image/[a-z0-9.+-]{1,40}")
_SUFFIXES = {"image/jpeg": "jpg", "image/webp": "webp", "image/avif": "avif"}


@dataclass(frozen=True, slots=True)
class Body:
    content: bytes
    content_type: str = "application/json"


def image_path(request: ImageRequest) -> str:
    if request.way is ImageWay.CHAT:
        return "/chat/completions"
    if request.way is ImageWay.IMAGES:
        return "/images"
    return "/images/edits" if request.inputs else "/images/generations"


def image_body(request: ImageRequest) -> Body:
    """The request as bytes; takes some 10 ms for 10 MB of input, so it belongs in a thread."""
    if request.way is ImageWay.OPENAI and request.inputs:
        return _multipart(request)
    nonce = secrets.token_hex(16)
    places = [f"{number}@{nonce}" for number in range(len(request.inputs))]
    if request.way is ImageWay.CHAT:
        document = _chat(request, places)
    else:
        document = {"model": request.model, "prompt": request.prompt, **_settings(request)}
        if places:
            document["input_references"] = [_picture_part(place) for place in places]
        if _streams(request):
            document["stream"] = True
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Body(_filled(text, nonce, request.inputs))


def _settings(request: ImageRequest) -> dict[str, object]:
    return {name: value for name, value in request.settings.items() if value is not None}


def _streams(request: ImageRequest) -> bool:
    """Only for a single picture: a draft does not say to which of several it belongs."""
    return request.wants_stream and request.wanted == 1


def _chat(request: ImageRequest, places: list[str]) -> dict[str, object]:
    """Always streamed: only a stream can be stopped, and a silent one tells nothing from a dead one."""
    settings = _settings(request)
    content: object = request.prompt
    if places:
        content = [{"type": "text", "text": request.prompt}, *map(_picture_part, places)]
    document: dict[str, object] = {
        "model": request.model,
        "messages": [{"role": "user", "content": content}],
        "modalities": list(request.modalities),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if (seed := settings.pop("seed", None)) is not None:
        document["seed"] = seed
    settings.pop("n", None)  # a chat answers once
    if settings:
        document["image_config"] = {_CHAT_NAMES.get(name, name): value for name, value in settings.items()}
    return document


def _picture_part(place: str) -> dict[str, object]:
    return {"type": "image_url", "image_url": {"url": place}}


def _filled(text: str, nonce: str, inputs: tuple[InputPicture, ...]) -> bytes:
    """The text with each place taken by its picture's data URL."""
    out = io.BytesIO()
    written = 0
    for found in _PLACE.finditer(text):
        if found[2] != nonce:
            continue
        picture = inputs[int(found[1])]
        out.write(text[written : found.start()].encode("utf-8", "replace"))
        out.write(f'"data:{_media_type(picture)};base64,'.encode())
        for piece in _pieces(picture.data):
            out.write(base64.b64encode(piece))
        out.write(b'"')
        written = found.end()
    out.write(text[written:].encode("utf-8", "replace"))
    return out.getvalue()


def _multipart(request: ImageRequest) -> Body:
    boundary = secrets.token_hex(16)
    out = io.BytesIO()
    fields = {"model": request.model, "prompt": request.prompt, **_settings(request)}
    if _streams(request):
        fields["stream"] = True
    for name, value in fields.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        out.write(_part_head(boundary, f'name="{_quoted(name)}"') + text.encode("utf-8", "replace") + b"\r\n")
    name = "image" if len(request.inputs) == 1 else "image[]"
    for number, picture in enumerate(request.inputs, 1):
        kind = _media_type(picture)
        file_name = f"picture-{number}.{_SUFFIXES.get(kind, 'png')}"
        out.write(_part_head(boundary, f'name="{name}"; filename="{file_name}"', kind))
        out.write(picture.data)
        out.write(b"\r\n")
    out.write(f"--{boundary}--\r\n".encode())
    return Body(out.getvalue(), f"multipart/form-data; boundary={boundary}")


def _part_head(boundary: str, disposition: str, content_type: str | None = None) -> bytes:
    lines = [f"--{boundary}", f"Content-Disposition: form-data; {disposition}"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _quoted(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)


def _pieces(data: bytes) -> Iterator[memoryview]:
    view = memoryview(data)
    for start in range(0, len(data), _PIECE):
        yield view[start : start + _PIECE]


def _media_type(picture: InputPicture) -> str:
    return picture.media_type if _MEDIA_TYPE.fullmatch(picture.media_type) else "image/png"


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")
