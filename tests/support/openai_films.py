"""
A server that films behind OpenAI's protocol, as LiteLLM and vLLM do: models without kinds, `POST /videos` in JSON or as
a form, a list, and no word about costs. Every film is the same, and done at the second look.
"""

import email.policy
import json
import time
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.films import film_bytes

MODELS = ("gpt-box", "sora-box")


@dataclass
class OpenAiFilms:
    """`hides` are fields that its list leaves out; `page` is how many it lists at once."""

    hides: tuple[str, ...] = ()
    has_list: bool = True
    page: int = 100
    begun: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    looks: dict[str, int] = field(default_factory=dict)
    listed: int = 0

    @property
    def app(self) -> Starlette:
        lists = [Route("/v1/videos", self._list, methods=["GET"])] if self.has_list else []
        return Starlette(
            routes=[
                Route("/v1/models", self._models),
                Route("/v1/videos", self._begin, methods=["POST"]),
                *lists,
                Route("/v1/videos/{id}", self._look),
                Route("/v1/videos/{id}/content", self._content),
            ]
        )

    def begin(self, fields: dict[str, Any], *, ago_seconds: float = 0) -> dict[str, Any]:
        """A video, as if it had been asked for so long ago."""
        video = {
            "id": f"video_{len(self.begun) + 1}",
            "object": "video",
            "created_at": int(time.time() - ago_seconds),
            "status": "queued",
            "progress": 0,
            "seconds": "4",
            "size": "720x1280",
            "error": None,
            **fields,
        }
        self.begun.append(video)
        return video

    async def _models(self, request: Request) -> Response:
        entries = [{"id": name, "object": "model", "created": 1, "owned_by": "box"} for name in MODELS]
        return JSONResponse({"object": "list", "data": entries})

    async def _begin(self, request: Request) -> Response:
        body = await request.body()
        kind = request.headers["content-type"]
        fields = json.loads(body) if kind == "application/json" else self._form(kind, body)
        strange = set(fields) - {"model", "prompt", "seconds", "size"}
        if strange or not isinstance(fields.get("seconds", ""), str):
            return JSONResponse({"error": {"message": f"Unknown parameter: {strange}"}}, 400)
        return JSONResponse(self.begin(fields))

    def _form(self, kind: str, body: bytes) -> dict[str, str]:
        head = b"Content-Type: " + kind.encode() + b"\r\n\r\n"
        found = {}
        for part in BytesParser(policy=email.policy.HTTP).parsebytes(head + body).iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if name == "input_reference":
                self.pictures.append(content)
            else:
                found[str(name)] = content.decode()
        return found

    async def _list(self, request: Request) -> Response:
        self.listed += 1
        videos = self.begun[::-1]
        after = request.query_params.get("after")
        ids = [video["id"] for video in videos]
        left = videos[ids.index(after) + 1 :] if after else videos
        page = [{k: v for k, v in video.items() if k not in self.hides} for video in left[: self.page]]
        return JSONResponse({"object": "list", "data": page, "has_more": len(left) > len(page)})

    async def _look(self, request: Request) -> Response:
        video = next((each for each in self.begun if each["id"] == request.path_params["id"]), None)
        if video is None:
            return JSONResponse({"error": {"message": "Video not found", "code": "not_found"}}, 404)
        looks = self.looks[video["id"]] = self.looks.get(video["id"], 0) + 1
        done = {"status": "completed", "progress": 100}
        return JSONResponse({**video, **(done if looks > 1 else {"status": "in_progress", "progress": 40})})

    async def _content(self, request: Request) -> Response:
        return Response(film_bytes(), media_type="video/mp4")
