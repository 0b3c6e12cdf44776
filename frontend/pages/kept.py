"""Nothing typed is lost: a form whose way broke off comes back with its fields and a button to send it again."""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from flask import make_response
from flask.wrappers import Response
from markupsafe import Markup
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from pages.addresses import this_address
from pages.body import FORM_BYTES, Body
from pages.draining import rest_of_request
from pages.errors import CutShort, TooLarge
from pages.htmx import request
from pages.session import render_error_page

SHORT_CHARACTERS = 80
WORDS_BYTES = 32_000_000  # of a form without files
WRITTEN = ("prompt", "text", "title", "name", "album_name", "tag")  # shown however short they are
SEVERAL = ("pictures", "references")  # of these a form takes more than one file
_Parsed = tuple[MultiDict[str, str], MultiDict[str, FileStorage]]
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
        return _label(self.name)


@dataclass(frozen=True, slots=True)
class LostFiles:
    """The files of one field, which no page can carry: there they have to be chosen again."""

    name: str
    filenames: list[str]

    @property
    def label(self) -> str:
        return _label(self.name)

    @property
    def may_be_several(self) -> bool:
        return self.name in SEVERAL


def show_kept(
    body: Body, *, status: int, text: str, card: str = "", retry_after: str | None = None
) -> Response:
    """
    A page that says what happened and carries the fields. Passwords, secrets and files are not carried: the first
    must not stand in a page, the second cannot, and nothing is sent again without them: it may cost something and
    would be made from the words alone. `card` is HTML of the backend and takes the place of `text`.
    """
    fields, files = _fields(body)
    page = render_error_page(
        "errors/kept.html",
        status=status,
        text=text,
        card=Markup(card),
        action=this_address(),
        fields=fields,
        files=files,
    )
    response = make_response(page, status)
    if retry_after:
        response.headers["Retry-After"] = retry_after
    return response


def _fields(body: Body) -> tuple[list[KeptField], list[LostFiles]]:
    """The fields in their order, and the files that were among them. Empty when the body itself broke off."""
    try:
        form, files = _parsed_rest() if body.is_too_large else _parsed(body)
    except (LookupError, CutShort, TooLarge, RequestEntityTooLarge):
        return [], []
    fields = [KeptField(name, value) for name, value in form.items(multi=True) if not _SECRET.search(name)]
    names = ((name, [file.filename for file in sent if file.filename]) for name, sent in files.lists())
    return fields, [LostFiles(name, filenames) for name, filenames in names if filenames]


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _parsed(body: Body) -> _Parsed:
    parser = FormDataParser(_unkept, max_form_memory_size=None, max_form_parts=1000, silent=True)
    return parser.parse(body.kept(), request.mimetype, body.length, request.mimetype_params)[1:]


def _parsed_rest() -> _Parsed:
    """The words of a body that is too large, while it arrives. At most 100 MB of them; files pass by."""
    rest: Any = rest_of_request()
    if request.mimetype != "multipart/form-data" and rest.length > WORDS_BYTES:
        raise RequestEntityTooLarge
    parser = FormDataParser(_unkept, max_form_memory_size=FORM_BYTES, max_form_parts=100, silent=True)
    return parser.parse(rest, request.mimetype, rest.length, request.mimetype_params)[1:]


def _unkept(*_: object, **__: object) -> IO[bytes]:
    return _Unkept()


class _Unkept(BytesIO):
    """A file of a form whose words alone are wanted."""

    def write(self, data: Any) -> int:
        return len(data)
