"""What a browser gets for a fragment: the fragment itself under htmx, a whole page or a redirect without JavaScript."""

import re
from collections.abc import Callable
from urllib.parse import unquote, urlencode

from flask import Response, g, make_response, redirect
from markupsafe import Markup
from urllib3.response import BaseHTTPResponse

from pages import relay, stale
from pages.addresses import local_or_none, page_of_browser, page_of_fragment
from pages.backend import Answer, read_whole
from pages.body import Body
from pages.errors import SENTENCES, TITLES
from pages.htmx import request
from pages.kept import show_kept
from pages.security import SAFE_METHODS
from pages.session import apply_session_header, caller, render_error_page, render_page

TALKING = ("/fragments/conversations", "/fragments/messages")  # beside what they answer stands the list
# What was chosen and attached there would be lost with the page.
PAGES_TO_WRITE_ON = re.compile(r"/(?:$|\?|chat|images|videos)")


def reply_to_fragment(upstream: BaseHTTPResponse, leave: Callable[[], None] | None) -> Response:
    """For htmx, and for anybody who reads a fragment by its address."""
    _take_session(upstream)
    is_navigation = not request.is_htmx and request.method in SAFE_METHODS
    if (
        is_navigation and upstream.status == 405
    ):  # the address of a form, in a browser that does not say how it asks
        if leave is not None:
            leave()
        read_whole(upstream)
        return make_response(redirect(page_of_fragment(), 303))
    if is_navigation and upstream.status >= 400 and _is_html(upstream):
        if leave is not None:
            leave()
        return _wrapped(read_whole(upstream))
    response = relay.relay(upstream, leave)
    if request.is_htmx:
        _say_on_next_page(upstream)
        _renew_page_of_new_session(upstream, response)
        if upstream.status == 401 and "HX-Redirect" not in response.headers and stale.must_sign_in():
            return _led_to_sign_in(response)
    return response


def reply_to_form(upstream: BaseHTTPResponse, body: Body) -> Response:
    """
    For a browser without JavaScript: on to the page that shows the result, or a page around what came back. A file to
    be saved is neither: it passes through piece by piece, however large it is.

    A card (the backend aims it at #toasts) says what went wrong but carries no form, so the person's own words are put
    beneath it.
    """
    _take_session(upstream)
    note = upstream.headers.get("Studio-Note")
    if note:
        caller().remember(unquote(note))
    if relay.is_download(upstream):
        return relay.relay(upstream)
    answer = read_whole(upstream)
    if answer.status < 400:
        return _led_on(answer)
    if answer.headers.get("HX-Retarget"):
        retry_after = answer.headers.get("Retry-After")
        if answer.status == 401 and stale.must_sign_in():
            return show_kept(body, status=401, text=stale.SignedOut.text)
        return show_kept(body, status=answer.status, text="", card=answer.text, retry_after=retry_after)
    return _wrapped(answer)


def sign_in_address(back_to: str) -> str:
    """The sign-in page that leads back afterwards."""
    return "/login" if back_to == "/" else f"/login?{urlencode({'next': back_to})}"


def _take_session(upstream: BaseHTTPResponse) -> None:
    value = upstream.headers.get("Studio-Session")
    if value:
        apply_session_header(value)


def _say_on_next_page(upstream: BaseHTTPResponse) -> None:
    """What was done, when the page that would say it is left at once."""
    note = upstream.headers.get("Studio-Note")
    if note and "HX-Redirect" in upstream.headers:
        caller().remember(unquote(note))


def _renew_page_of_new_session(upstream: BaseHTTPResponse, response: Response) -> None:
    """The page that asked holds the form token of the old session: it is left for a new one, whatever came back."""
    leads_away = {"HX-Redirect", "HX-Refresh"} & {name for name, _ in response.headers}
    if "Studio-Session" in upstream.headers and not leads_away and upstream.status < 400:
        response.headers.remove("HX-Location")
        page = local_or_none(upstream.headers.get("Studio-Page"))
        response.headers["HX-Redirect"] = page or page_of_browser()


def _led_to_sign_in(response: Response) -> Response:
    """By itself when somebody only looks; who wrote or sent something keeps the page, and is told how to go on."""
    page = page_of_browser()
    if request.method not in SAFE_METHODS or PAGES_TO_WRITE_ON.match(page):
        return stale.answer_htmx(stale.SignedOut())
    response.headers["HX-Redirect"] = sign_in_address(page)
    return response


def _led_on(answer: Answer) -> Response:
    wishes = (answer.headers.get(name) for name in ("Studio-Page", "HX-Redirect", "HX-Location", "Location"))
    page = next((page for wish in wishes if (page := local_or_none(wish))), None)
    if page is None and answer.body:  # such as a question whether to delete: it holds its own form
        return _wrapped(answer)
    return make_response(redirect(page or page_of_browser(), 303))


def _wrapped(answer: Answer) -> Response:
    render = render_error_page if answer.status >= 500 else render_page
    page = render(
        "fragment.html",
        title=relay.title_of(answer.headers) or TITLES.get(answer.status, ""),
        fragment=Markup(answer.text) or SENTENCES.get(answer.status, ""),
        is_talk=request.path.startswith(TALKING) and answer.status in (409, 422),
        request_id=g.request_id,
    )
    response = make_response(page, answer.status)
    retry_after = answer.headers.get("Retry-After")
    if retry_after:
        response.headers["Retry-After"] = retry_after
    return response


def _is_html(upstream: BaseHTTPResponse) -> bool:
    return upstream.headers.get("Content-Type", "").startswith("text/html")
