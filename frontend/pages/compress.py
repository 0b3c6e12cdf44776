"""
gzip for HTML that is sent whole. Never for streams (a compressor gathers) and never for media (they are compressed).

Compression beside a secret invites guessing it by the length of many answers (BREACH); that takes a foreign site that
can make this browser ask with its cookie, again and again, and SameSite=Lax leaves it only visible navigations.
"""

import gzip

from flask import Flask, Response

from pages.htmx import request

SMALLEST_BYTES = 1024
LEVEL = 5  # 40 KB of templates: 10.8 KB in 0.9 ms; level 9 takes 1.4 ms for 0.2 KB less


def init_compress(app: Flask) -> None:
    @app.after_request
    def _compress(response: Response) -> Response:
        if response.mimetype != "text/html" or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        body = response.get_data()
        is_wanted = request.accept_encodings["gzip"] > 0 and request.method != "HEAD"
        # An ETag names the exact bytes, so what carries one stays as it is.
        is_bound = "Content-Encoding" in response.headers or "ETag" in response.headers
        if is_wanted and not is_bound and len(body) > SMALLEST_BYTES:
            response.set_data(gzip.compress(body, LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
