"""A request for a video as bytes, in OpenRouter's shape or in OpenAI's."""

import base64
import json
import re
import secrets
from dataclasses import dataclass

from studio.providers.provider import Provider
from studio.providers.videos import Role, VideoPicture, VideoRequest

_MEDIA_TYPE = re.compile(r"image/[a-z0-9.+-]{1,40}")
_SUFFIXES = {"image/jpeg": "jpg", "image/webp": "webp"}
_REPLACED_BY_SIZE = ("resolution", "aspect_ratio")


@dataclass(frozen=True, slots=True)
class VideoBody:
    content: bytes
    content_type: str = "application/json"


def video_body(provider: Provider, request: VideoRequest) -> VideoBody:
    """Takes some 10 ms for 10 MB of pictures, so it belongs in a thread."""
    settings = {name: value for name, value in request.settings.items() if value is not None}
    if "size" in settings:
        for name in _REPLACED_BY_SIZE:
            settings.pop(name, None)
    if not provider.has_openrouter_extras:
        return _openai(request, settings)
    document: dict[str, object] = {**settings, "model": request.model}
    if request.prompt:  # some models take a picture alone
        document["prompt"] = request.prompt
    frames = [picture for picture in request.pictures if picture.role is not Role.REFERENCE]
    if frames:
        document["frame_images"] = [{**_part(frame), "frame_type": frame.role.value} for frame in frames]
    elif request.pictures:
        document["input_references"] = [_part(picture) for picture in request.pictures]
    return _json(document)


def _openai(request: VideoRequest, settings: dict[str, object]) -> VideoBody:
    """OpenAI knows a length as text, a size, and one picture as a file; an unknown field may be answered with 400."""
    fields = {"model": request.model, "prompt": request.prompt}
    if "duration" in settings:
        fields["seconds"] = str(settings["duration"])
    if "size" in settings:
        fields["size"] = str(settings["size"])
    return _multipart(fields, request.pictures[0]) if request.pictures else _json(dict(fields))


def _json(document: dict[str, object]) -> VideoBody:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return VideoBody(text.encode("utf-8", "replace"))


def _part(picture: VideoPicture) -> dict[str, object]:
    encoded = base64.b64encode(picture.data).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:{_media_type(picture)};base64,{encoded}"}}


def _multipart(fields: dict[str, str], picture: VideoPicture) -> VideoBody:
    boundary, kind = secrets.token_hex(16), _media_type(picture)
    lines = []
    for name, value in fields.items():
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"', "", value]
    lines += [
        f"--{boundary}",
        f'Content-Disposition: form-data; name="input_reference"; filename="picture.{_SUFFIXES.get(kind, "png")}"',
        f"Content-Type: {kind}",
        "",
        "",
    ]
    head = "\r\n".join(lines).encode("utf-8", "replace")
    return VideoBody(
        head + picture.data + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
    )


def _media_type(picture: VideoPicture) -> str:
    return picture.media_type if _MEDIA_TYPE.fullmatch(picture.media_type) else "image/png"
