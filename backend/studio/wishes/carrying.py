"""Taking a prompt along to the composer of another kind, for browsers without scripts."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Form
from fastapi.responses import HTMLResponse

from studio.accounts.access import SignedIn
from studio.accounts.gate import Router
from studio.chat.checking import clean
from studio.errors import Invalid, Missing
from studio.html import shown_on

router = Router(prefix="/fragments/prompts")

PAGES = {"text": "/", "image": "/images", "video": "/videos"}
CHARACTERS_LIMIT = 2000  # of an address, which every proxy on the way has to take


@router.post("/{kind}", name="prompts.carry")
def carry(kind: str, person: SignedIn, prompt: Annotated[str, Form()] = "") -> HTMLResponse:
    """On to the page of this kind with the prompt in its composer; one that no address holds is refused (422)."""
    page = PAGES.get(kind)
    if page is None:
        raise Missing
    prompt = clean(prompt).strip()
    if len(prompt) > CHARACTERS_LIMIT:
        raise Invalid(
            f"That is {len(prompt):,} characters; without scripts at most {CHARACTERS_LIMIT:,} can be taken along. "
            "Copy them."
        )
    return HTMLResponse("", headers=shown_on(f"{page}?prompt={quote(prompt)}" if prompt else page))
