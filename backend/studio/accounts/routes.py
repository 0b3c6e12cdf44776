"""Every address of the accounts, for the wiring."""

from fastapi import APIRouter

from studio.accounts import api, door_routes, own_routes

router = APIRouter()
router.include_router(door_routes.router)
router.include_router(own_routes.router)
router.include_router(api.router)
