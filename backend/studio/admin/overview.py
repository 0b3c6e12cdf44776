"""/fragments/admin: how the studio is doing, and every component on one page."""

from fastapi.responses import HTMLResponse

from studio.accounts.access import Administrator
from studio.accounts.gate import Router
from studio.accounts.people import count_everything
from studio.html import Hx, shown_on
from studio.moments import now
from studio.wiring import Wired

router = Router(prefix="/fragments/admin")


@router.get("", name="admin.overview")
def overview(studio: Wired, page: Hx, admin: Administrator) -> HTMLResponse:
    """Counts, the provider, and where to go."""
    return page.answer(
        "admin/overview.html",
        headers=shown_on("/admin", title="Administration"),
        counts=count_everything(studio.db, moment=now()),
        provider=studio.provider,
        registration=studio.settings.registration,
    )


@router.get("/patterns", name="admin.patterns")
def patterns(page: Hx, admin: Administrator) -> HTMLResponse:
    """Every component in every state."""
    return page.answer("admin/patterns.html", headers=shown_on("/admin/patterns", title="Patterns"))
