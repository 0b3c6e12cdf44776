"""What can be done with a card on the page of pictures and on that of videos, and what is answered to it."""

from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, replace
from typing import Any, ClassVar, Protocol
from uuid import UUID

from fastapi.responses import HTMLResponse

from studio.accounts.access import Person
from studio.errors import Conflict, Invalid, Missing, StudioError
from studio.generations.following import cancel_job, job_of
from studio.generations.rerunning import run_again
from studio.generations.retrying import try_again
from studio.generations.store import get_of_kind
from studio.html import Page, shown_on
from studio.once.once import once_of_form
from studio.wiring import Studio
from studio.wishes.pressed import Pressed
from studio.wishes.stopped import note_of_stop


class Card(Protocol):
    """A dataclass with a `retry_error`, which says what stands against trying again."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def is_running(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Cards:
    """
    The cards of one `kind`, image or video, which names their template, ids and page; `card` makes one, or raises
    Missing.
    """

    kind: str
    card: Callable[[Studio, Person, UUID], Card]

    def show(
        self, studio: Studio, person: Person, page: Page, generation_id: UUID, *, is_watching: bool
    ) -> HTMLResponse:
        """The card. Who watches it gets the state of the work alone until it has ended, then the card and a word."""
        card = self.card(studio, person, generation_id)
        if not is_watching:
            return page.answer(self._template, ["card"], card=card)
        if card.is_running:
            return page.answer(self._template, ["making"], card=card)
        studio.jobs.bell.saw(studio.db, person.id, generation_id)
        return page.answer(self._template, ["card", "ended"], headers=self._aim(card), card=card)

    def arrived(
        self,
        studio: Studio,
        person: Person,
        page: Page,
        generation_id: UUID,
        beside: str = "",
        notes: Sequence[str] = (),
        *,
        is_sent: bool = False,
    ) -> HTMLResponse:
        """
        A new card on top of the list (201); `notes` are sentences about what it was asked with. The address that
        filled a form goes once the form `is_sent`: a reload would fill it again.
        """
        card = self.card(studio, person, generation_id)
        html = page.render(self._template, ["arrived"], card=card) + beside
        for note in notes:
            html += page.render("chat/said.html", ["said"], text=note)
        place = f"/{self.kind}s?watch=1#{self.kind}-{generation_id}"
        headers = {"HX-Replace-Url": f"/{self.kind}s"} if is_sent and page.is_htmx else {}
        return HTMLResponse(html, 201, {**headers, **shown_on(place, note=" ".join(notes))})

    async def cancel(self, studio: Studio, person: Person, page: Page, generation_id: UUID) -> HTMLResponse:
        """Stop it; one that has ended is left as it is."""
        generation = await studio.read(get_of_kind, studio.db, person.id, generation_id, self.kind)
        await cancel_job(studio, generation)
        card = await studio.read(self.card, studio, person, generation_id)
        headers = shown_on(f"/{self.kind}s#{self.kind}-{generation_id}", note=note_of_stop(card.state))
        return page.answer(self._template, ["card"], headers=headers, card=card)

    def retry(
        self, studio: Studio, person: Person, page: Page, generation_id: UUID, button: Pressed
    ) -> HTMLResponse:
        """Ask once more for what did not succeed, for no more than the button said; asked twice, it is still one."""
        job = job_of(studio, get_of_kind(studio.db, person.id, generation_id, self.kind))
        if job is None:
            raise Missing
        once = once_of_form(person.id, button.key, "retry", job.id)
        try:
            fresh = try_again(studio, person, job, seen_usd=button.seen_usd, once=once)
        except Conflict as error:
            return self._again(studio, person, page, generation_id, error)
        assert fresh.generation_id is not None
        return self._repeated(studio, person, page, generation_id, fresh.generation_id)

    def rerun(
        self, studio: Studio, person: Person, page: Page, generation_id: UUID, button: Pressed
    ) -> HTMLResponse:
        """Ask for the same once more, for no more than the button said; asked twice, it is still one."""
        generation = get_of_kind(studio.db, person.id, generation_id, self.kind)
        once = once_of_form(person.id, button.key, "rerun", generation.id)
        try:
            fresh = run_again(studio, person, generation, seen_usd=button.seen_usd, once=once)
        except (Conflict, Invalid) as error:
            return self._again(studio, person, page, generation_id, error)
        return self._repeated(studio, person, page, generation_id, fresh.id)

    def _repeated(
        self, studio: Studio, person: Person, page: Page, generation_id: UUID, fresh_id: UUID
    ) -> HTMLResponse:
        tried = page.render(self._template, ["retried"], card=self.card(studio, person, generation_id))
        return self.arrived(studio, person, page, fresh_id, tried)

    def _again(
        self, studio: Studio, person: Person, page: Page, generation_id: UUID, error: StudioError
    ) -> HTMLResponse:
        """The card with what stands against it, and its price of today; without htmx it is the page."""
        card = replace(self.card(studio, person, generation_id), retry_error=error.text)
        aim = self._aim(card) if page.is_htmx else {}
        return page.answer(self._template, ["card"], status=error.status, headers=aim, card=card)

    @property
    def _template(self) -> str:
        return f"{self.kind}s/{self.kind}.html"

    def _aim(self, card: Card) -> dict[str, str]:
        return {"HX-Retarget": f"#{self.kind}-{card.id}", "HX-Reswap": "outerHTML"}
