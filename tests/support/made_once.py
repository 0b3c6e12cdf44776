"""What is the same in every studio of a process is made once: each test has its own, and half its time was this."""

from functools import cache
from types import CodeType
from typing import Any

import httpx._transports.default as httpx_transports
from fastapi import routing
from jinja2 import Environment

_Key = tuple[object, ...]


def compile_templates_once() -> None:
    """From here on an environment takes the code that another one made of the same source under the same settings."""
    compiled: dict[_Key, CodeType] = {}
    compile_ = Environment.compile

    def remembering(
        self: Environment, source: Any, name: Any = None, filename: Any = None, **more: Any
    ) -> Any:
        if not isinstance(source, str) or more.get("raw"):
            return compile_(self, source, name, filename, **more)
        key = (source, name, filename, *more.items(), *_settings(self))
        if key not in compiled:
            compiled[key] = compile_(self, source, name, filename, **more)
        return compiled[key]

    Environment.compile = remembering  # type: ignore[method-assign]


def _settings(environment: Environment) -> _Key:
    """What the code depends on beside the source."""
    return (
        type(environment),
        environment.trim_blocks,
        environment.lstrip_blocks,
        environment.undefined,
        environment.optimized,
        *sorted(environment.extensions),
        *sorted(environment.filters),
    )


def read_signatures_once() -> None:
    """A route of a router that applications share keeps what FastAPI reads from its function at its first request."""
    contexts = routing._EffectiveRouteContext
    read = contexts.from_api_route

    def remembering(*, original_route: routing.APIRoute, include_context: Any) -> Any:
        place = (include_context.path_for(original_route), len(include_context.dependencies))
        kept = original_route.__dict__.setdefault("kept_contexts", {})
        if place not in kept:
            kept[place] = read(original_route=original_route, include_context=include_context)
        return kept[place]

    contexts.from_api_route = remembering  # type: ignore[assignment]


def read_certificates_once() -> None:
    """Each client of httpx reads all authorities of the world anew, 30 ms, even to speak HTTP with a neighbour."""
    httpx_transports.create_ssl_context = cache(httpx_transports.create_ssl_context)
