"""The list of one's own jobs, with scripts and without: it follows what is made, stops it, and tries it again."""

from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def ask(token: Callable[[str], str], base_url: str) -> Callable[[str, str], str]:
    """Alice asks for a picture by the API; the words it is found by."""

    def ask_(model: str, prompt: str) -> str:
        prompt = f"{prompt} {uuid4().hex[:8]}"
        body = {"kind": "image", "model": model, "prompt": prompt}
        headers = {"Authorization": f"Bearer {token('alice')}"}
        httpx.post(f"{base_url}/api/generations", json=body, headers=headers, timeout=30).raise_for_status()
        return prompt

    return ask_


def test_a_job_is_followed_stopped_and_tried_again(
    enter: Callable[..., Page], ask: Callable[[str, str], str], scripts: bool
) -> None:
    prompt = ask("sandbox/image-slow", "A table for two")
    page = enter("alice", scripts=scripts)
    page.goto("/jobs?kind=image")
    rows = page.locator(".job", has_text=prompt)
    expect(rows).to_contain_text("Being made")

    rows.get_by_role("button", name="Stop").click()
    expect(rows).to_contain_text("Stopped by you.")
    assert "kind=image" in page.url
    rows.get_by_role("button", name="Try again").click()

    expect(rows).to_have_count(2)
    rows.first.get_by_role("button").click()
    expect(rows.first).to_have_attribute("data-state", "cancelled")


def test_one_that_is_done_shows_itself_and_leads_to_the_picture(
    enter: Callable[..., Page], ask: Callable[[str, str], str], scripts: bool
) -> None:
    page = enter("alice", scripts=scripts)
    prompt = ask("sandbox/sketcher", "An orchard")
    page.goto("/jobs")
    row = page.locator(".job[data-state=done]", has_text=prompt)
    expect(row).to_be_visible()

    row.get_by_role("link", name=prompt).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(prompt)
