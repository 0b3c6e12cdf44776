"""The administrator's list of jobs: filtered, put in another order, given up, repeated, deleted."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.newcomer import Newcomer

STUCK, AT_ONCE = "sandbox/video-stuck", 4  # as many of one person are made at the same time

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def dora(newcomer: Callable[..., Newcomer]) -> tuple[str, str]:
    """Her name, which is nobody else's, and her session."""
    name = f"Dora{uuid4().hex[:6]}"
    return name, newcomer(name).session()


@pytest.fixture
def jobs(dora: tuple[str, str], base_url: str) -> Iterator[list[str]]:
    """Of Dora's: four that are made for ever, and two that wait; the oldest first. All are stopped afterwards."""
    headers = {"Authorization": f"Bearer {dora[1]}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=30) as api:
        for number in range(AT_ONCE + 2):
            body = {"kind": "video", "model": STUCK, "prompt": f"Plate {number}"}
            api.post("/api/generations", json=body).raise_for_status()
        yield [str(job["id"]) for job in reversed(api.get("/api/jobs").json()["items"])]
        for job in api.get("/api/jobs").json()["items"]:
            api.post(f"/api/jobs/{job['id']}/cancellation")


def job(page: Page, job_id: str) -> Locator:
    return page.locator(f"#job-{job_id}")


def state(page: Page, job_id: str, wanted: str) -> None:
    expect(job(page, job_id)).to_have_attribute("data-state", wanted)


def test_the_jobs_of_one_person_are_found_and_dealt_with(
    enter: Callable[..., Page], dora: tuple[str, str], jobs: list[str], scripts: bool
) -> None:
    page = enter("ruth", scripts=scripts)
    page.goto("/admin/jobs")
    page.get_by_label("Kind").select_option("video")
    page.get_by_label("Whose").select_option(dora[0])
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".job")).to_have_count(len(jobs))

    last = job(page, jobs[-1])
    expect(last).to_contain_text("number 2 in line")
    last.get_by_label("Move in line").click()
    last.get_by_role("button", name="Sooner").click()
    expect(job(page, jobs[-1])).to_contain_text("number 1 in line")
    expect(job(page, jobs[-2])).to_contain_text("number 2 in line")

    job(page, jobs[0]).get_by_role("button", name="Give up").click()
    state(page, jobs[0], "failed")
    job(page, jobs[0]).get_by_role("button", name=re.compile("^(Try|Fetch) again")).click()
    expect(page.locator(".job")).to_have_count(len(jobs) + 1)
    fresh = str(page.locator(".job").first.get_attribute("id")).removeprefix("job-")
    assert fresh not in jobs
    job(page, fresh).get_by_role("button", name="Stop").click()
    state(page, fresh, "cancelled")
    job(page, fresh).get_by_role("button", name="Delete").click()
    expect(job(page, fresh)).to_have_count(0)

    page.get_by_label("State").select_option("Failed")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".job")).to_have_count(1)
    state(page, jobs[0], "failed")
    assert f"person_id={page.get_by_label('Whose').input_value()}" in page.url


def test_what_ended_long_ago_is_deleted_together(
    enter: Callable[..., Page], jobs: list[str], scripts: bool
) -> None:
    page = enter("ruth", scripts=scripts)
    page.goto("/admin/jobs?kind=video")
    job(page, jobs[0]).get_by_role("button", name="Stop").click()
    state(page, jobs[0], "cancelled")

    page.get_by_label("Delete everybody’s jobs").fill("1")
    page.locator("form[action*='/purge']").get_by_role("button", name="Delete").click()

    expect(page.locator("#toasts")).to_contain_text("0 ended jobs were deleted.")
    assert "kind=video" in page.url
    state(page, jobs[0], "cancelled")
