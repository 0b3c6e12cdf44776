"""Every address of the administrator's pages, for the wiring."""

from fastapi import APIRouter

from studio.admin import api, jobs_api, jobs_page, overview, people

router = APIRouter()
router.include_router(overview.router)
router.include_router(people.router)
router.include_router(api.router)
router.include_router(jobs_api.router)
router.include_router(jobs_page.router)
