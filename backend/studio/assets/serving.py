"""Files over HTTP: a part or the whole, never sniffed, never run, and never used again without asking us."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from studio.errors import Missing

BLOCK_BYTES = 256 * 1024
# Stored by the browser, but asked about each time it is shown: see docs/decisions/0006-media-is-asked-about.md.
CACHE_CONTROL = "private, no-cache"
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; sandbox"

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()\[\]+-]")


def serve_file(request: Request, path: Path, tag: str, media_type: str, disposition: str) -> Response:
    """
    The file, or the one part of it that is asked for; 304 for who has it, 416 for a part that it does not have.

    A Range that cannot be read, that wants several parts, or whose If-Range is about other bytes, means the whole.
    Raises Missing.
    """
    headers = _headers(tag, disposition)
    if _has_it(request, tag):
        return Response(status_code=304, headers=headers)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise Missing from None
    size = file.seek(0, 2)
    part = _part(request, tag, size)
    if part is None:
        file.close()
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    start, end = part
    status = 206 if end - start < size else 200
    headers |= {"Accept-Ranges": "bytes", "Content-Length": str(end - start)}
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    if request.method == "HEAD":
        file.close()
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(blocks_of(file, start, end), status, headers, media_type)


def serve_download(
    request: Request, body: Iterable[bytes], length: int, tag: str, media_type: str, disposition: str
) -> Response:
    """Bytes that are put together on the way, of known length; no parts of them."""
    headers = {**_headers(tag, disposition), "Content-Length": str(length), "Accept-Ranges": "none"}
    if _has_it(request, tag):
        return Response(status_code=304, headers=_headers(tag, disposition))
    if request.method == "HEAD":
        return Response(headers=headers, media_type=media_type)
    return StreamingResponse(body, 200, headers, media_type)


def blocks_of(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """The bytes of an open file from `start` up to `end`, closed behind them."""
    with file:
        file.seek(start)
        while start < end and (block := file.read(min(BLOCK_BYTES, end - start))):
            start += len(block)
            yield block


def disposition(kind: str, name: str) -> str:
    """`inline` or `attachment` with the file's name: in plain ASCII for old readers, as it is for all others."""
    plain = _NOT_PLAIN.sub("_", name)
    value = f'{kind}; filename="{plain}"'
    return value if plain == name else f"{value}; filename*=UTF-8''{quote(name, safe='')}"


def _headers(tag: str, disposition: str) -> dict[str, str]:
    return {
        "Cache-Control": CACHE_CONTROL,
        "ETag": tag,
        "Content-Disposition": disposition,
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
    }


def _has_it(request: Request, tag: str) -> bool:
    """If-None-Match compares weakly (RFC 9110 §13.1.2): a proxy may have marked the tag."""
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in given.split(",")]


def _part(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """Begin and end of what is asked for; None when the file has nothing there."""
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    condition = request.headers.get("if-range")
    if found is None or (condition is not None and condition.strip() != tag):
        return 0, size
    first, last = found.groups()
    if not first:
        wanted = int(last or 0)
        return (max(0, size - wanted), size) if last and wanted and size else (None if last else (0, size))
    if last and int(last) < int(first):  # not a range at all
        return 0, size
    return (int(first), min(int(last or size), size - 1) + 1) if int(first) < size else None
