"""The page that shows every component in every state, for those who build the studio."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from studio.accounts.access import Administrator
from studio.html import Hx

router = APIRouter()


@router.get("/fragments/admin/patterns", name="admin.patterns")
def patterns(administrator: Administrator, page: Hx) -> HTMLResponse:
    return page.answer("admin/patterns.html", ["patterns"])
