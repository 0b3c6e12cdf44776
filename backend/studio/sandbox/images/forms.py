"""A multipart body as fields: texts as strings, files as bytes; a name that comes several times gives a list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from studio.sandbox.errors import Refusal

FILES_MOST = 20


async def form_fields(body: bytes, content_type: str) -> dict[str, Any]:
    """Raises Refusal (400) for a body that is no multipart. `image[]` is `image`, as OpenAI spells a list."""

    async def stream() -> AsyncIterator[bytes]:
        yield body

    parser = MultiPartParser(Headers({"content-type": content_type}), stream(), max_files=FILES_MOST)  # type: ignore[arg-type]
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as mistake:
        raise Refusal(400, "The multipart body cannot be read.") from mistake
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        content = await value.read() if isinstance(value, UploadFile) else value
        name = name.removesuffix("[]")
        if name in fields and name == "image":
            fields[name] = [*fields[name], content]
        else:
            fields[name] = [content] if name == "image" else content
    await form.close()
    return fields
