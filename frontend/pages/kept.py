"""Nothing typed is lost: a form whose way broke off comes back with its fields and a button to send it again."""

import re
from dataclasses import dataclass

from flask import make_response
from flask.wrappers import Response
from markupsafe import Markup
from werkzeug.formparser import FormDataParser

from pages.addresses import this_address
from pages.body import Body
from pages.errors import CutShort, TooLarge
from pages.htmx import request
from pages.session import render_error_page

SHORT_CHARACTERS = 80
WRITTEN = ("prompt", "text", "title", "name", "album_name", "tag")  # shown however short they are
_SECRET = re.compile(r"csrf|password|passphrase|token|secret|api_?key|otp", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KeptField:
    """One field of the form, to be shown (text somebody wrote) or sent along unseen (a choice)."""

    name: str
    value: str

    @property
    def is_text(self) -> bool:
        return len(self.value) > SHORT_CHARACTERS or "\n" in self.value or self.name in WRITTEN

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()


def show_kept(
    body: Body, *, status: int, text: str, card: str = "", retry_after: str | None = None
) -> Response:
    """
    A page that says what happened and carries the fields. Passwords, secrets and files are not carried: the first
    must not stand in a page, the second cannot. `card` is HTML of the backend and takes the place of `text`.
    """
    fields, lacks_files = _fields(body)
    page = render_error_page(
        "errors/kept.html",
        status=status,
        text=text,
        card=Markup(card),
        action=this_address(),
        fields=fields,
        lacks_files=lacks_files,
    )
    response = make_response(page, status)
    if retry_after:
        response.headers["Retry-After"] = retry_after
    return response


def _fields(body: Body) -> tuple[list[KeptField], bool]:
    """The fields in their order, and whether files were among them. Empty when the body itself broke off."""
    try:
        source = body.kept()
    except (LookupError, CutShort, TooLarge):
        return [], False
    parser = FormDataParser(max_form_memory_size=None, max_form_parts=1000, silent=True)
    _, form, files = parser.parse(source, request.mimetype, body.length, request.mimetype_params)
    fields = [KeptField(name, value) for name, value in form.items(multi=True) if not _SECRET.search(name)]
    return fields, any(file.filename for file in files.values())
