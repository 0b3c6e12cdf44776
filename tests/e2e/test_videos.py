"""Videos, with scripts and without: ask, leave and return, play from the middle, stop, fail, and survive a kill."""

import re
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.videos import Videos
from tests.e2e.test_pictures import picture
from tests.e2e.watching import Watch
from tests.support.programs import ended
from tests.support.services import Services
from tests.support.waiting import until

FLIPBOOK, STUCK, FAILING = "sandbox/flipbook", "sandbox/video-stuck", "sandbox/video-fails"
TINY, FILMER = "sandbox/video-tiny", "sandbox/filmer"

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture
def videos(enter: Callable[..., Page], scripts: bool) -> Videos:
    found = Videos(enter("alice", scripts=scripts))
    found.begin()
    return found


@pytest.fixture
def submitted(token: Callable[[str], str], base_url: str) -> Callable[[str], None]:
    """Waits until the provider's id of a video is on record, as the administrator sees it."""

    def submitted_(generation_id: str) -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {token('ruth')}"}, timeout=30) as ruth:

            def is_on_record() -> bool:
                jobs = ruth.get(f"{base_url}/api/admin/jobs?kind=video").json()["items"]
                return any(job["generation_id"] == generation_id and job["provider_job_id"] for job in jobs)

            until(is_on_record)

    return submitted_


def plays_from_its_middle(page: Page, address: str) -> bool:
    """In a page with scripts: seeks, plays on, and had only a part of the file fetched for it."""
    return bool(
        page.evaluate(
            """async (address) => {
                const video = Object.assign(document.createElement("video"), {muted: true, src: address});
                const heard = (name) => new Promise((done) => video.addEventListener(name, done, {once: true}));
                await heard("loadedmetadata");
                const middle = video.duration / 2;
                video.currentTime = middle;
                await heard("seeked");
                await video.play();
                await heard("timeupdate");
                return video.currentTime >= middle && video.videoWidth > 0;
            }""",
            address,
        )
    )


def test_one_is_asked_for_left_alone_and_plays_on_return(
    videos: Videos, enter: Callable[..., Page], scripts: bool
) -> None:
    videos.choose_model(FLIPBOOK, scripts=scripts)
    videos.ask("A harbour at dusk")
    expect(videos.newest.prompt).to_have_text("A harbour at dusk")
    videos.page.goto("/chat")

    videos.begin("?watch=1")

    expect(videos.newest.film).to_have_attribute("preload", "metadata")
    expect(videos.newest.facts).to_contain_text("3.0 s")
    address = videos.newest.film.locator("source").get_attribute("src")
    other = enter("alice")
    other.goto("/videos")
    assert plays_from_its_middle(other, str(address))


def test_who_is_elsewhere_hears_of_it(videos: Videos, program: httpx.Client, scripts: bool) -> None:
    videos.choose_model(FLIPBOOK, scripts=scripts)
    videos.ask("Somewhere else")
    expect(videos.newest.prompt).to_have_text("Somewhere else")
    asked = videos.newest.id

    videos.page.goto("/gallery")
    (film,) = ended(program, asked)["assets"]
    if not scripts:  # it is told with the next page
        videos.page.goto("/gallery")

    ready = videos.toasts.filter(has_text="Your video is ready.")
    expect(ready.first).to_be_visible()
    ready.locator(f'a[href="/gallery/{film["id"]}"]').click()
    expect(videos.page.get_by_role("heading", level=1)).to_have_text("Somewhere else")
    expect(videos.page.locator("video")).to_be_visible()


def test_one_is_stopped_and_says_that_it_may_be_charged(videos: Videos, scripts: bool) -> None:
    videos.choose_model(STUCK, scripts=scripts)
    videos.ask("A snail crosses the road")
    if not scripts:  # the page looks by itself
        expect(videos.page).to_have_url(re.compile("watch=1"))
    expect(videos.newest.making).to_contain_text("Being filmed")

    videos.newest.stop.click()

    expect(videos.newest.notice).to_contain_text("Stopped by you.")
    expect(videos.newest.notice).to_contain_text("may charge for it all the same.")
    expect(videos.newest.fetch).to_contain_text("nothing more")


def test_what_is_no_picture_is_refused_and_everything_else_stays(
    videos: Videos, watch: Watch, scripts: bool
) -> None:
    watch.forgive("status of 422")
    videos.begin(f"?model={FILMER}")
    videos.prompt.fill("Kept in mind")
    videos.length.select_option("2 s")
    file = {"name": "song.png", "mimeType": "image/png", "buffer": b"PK\x03\x04" + bytes(64)}
    videos.first.set_input_files([file])
    videos.make.click()

    expect(videos.page.locator("#composer-error")).to_contain_text("song.png")
    expect(videos.prompt).to_have_value("Kept in mind")
    expect(videos.model).to_have_value(FILMER)
    expect(videos.length).to_have_value("2")
    expect(videos.cards.filter(has_text="Kept in mind")).to_have_count(0)


def test_a_failure_says_why_and_is_tried_again(videos: Videos, scripts: bool) -> None:
    videos.choose_model(FAILING, scripts=scripts)
    prompt = f"What cannot be {'with' if scripts else 'without'} scripts"
    videos.ask(prompt)
    expect(videos.newest.prompt).to_have_text(prompt)

    expect(videos.newest.notice).to_contain_text("could not make this video")
    again = videos.newest.retry
    again.focus()
    videos.page.keyboard.press("Enter")

    expect(videos.cards.filter(has_text=prompt)).to_have_count(2)
    assert videos.page.evaluate("document.activeElement !== document.body") or not scripts


def test_a_picture_begins_one(videos: Videos, scripts: bool) -> None:
    videos.choose_model(TINY, scripts=scripts)
    videos.first.set_input_files([picture("plate.png", colour="#2060a0")])
    if scripts:
        expect(videos.attachments).to_contain_text("plate.png")
    videos.ask("The plate begins to turn")
    expect(videos.newest.prompt).to_have_text("The plate begins to turn")

    expect(videos.newest.begun_with).to_have_count(1)
    expect(videos.newest.film).to_be_visible()


def test_without_scripts_a_model_that_was_typed_shows_what_it_takes(enter: Callable[..., Page]) -> None:
    videos = Videos(enter("alice", scripts=False))
    videos.begin("?model=sandbox/flipbook")
    expect(videos.first).not_to_be_visible()
    before = videos.cards.count()
    videos.prompt.fill("Kept word for word")
    videos.model.fill(TINY)

    videos.show_settings.click()

    expect(videos.prompt).to_have_value("Kept word for word")
    expect(videos.model).to_have_value(TINY)
    expect(videos.cards).to_have_count(before)
    videos.first.set_input_files([picture("plate.png", colour="#2060a0")])
    videos.show_settings.click()
    expect(videos.attachments).to_contain_text("First frame")
    videos.make.click()
    expect(videos.newest.prompt).to_have_text("Kept word for word")
    expect(videos.newest.begun_with).to_have_count(1)


def test_the_price_follows_the_length(enter: Callable[..., Page]) -> None:
    videos = Videos(enter("alice"))
    videos.begin("?model=sandbox/filmer")
    expect(videos.price).to_have_text("≤ $0.24")

    videos.length.select_option("8")

    expect(videos.price).to_have_text("≤ $0.48")


def test_one_survives_that_its_browser_is_closed_and_the_backend_killed(
    mortal: Services,
    enter: Callable[..., Page],
    submitted: Callable[[str], None],
    program: httpx.Client,
    scripts: bool,
) -> None:
    prompt = f"It lives on {uuid4().hex[:8]}"
    videos = Videos(enter("alice", scripts=scripts))
    videos.begin(f"?model={FLIPBOOK}")
    videos.ask(prompt)
    expect(videos.newest.prompt).to_have_text(prompt)
    generation_id = videos.newest.id
    submitted(generation_id)
    videos.page.context.close()

    mortal.backend.kill()
    mortal.backend.start()
    mortal.backend.wait_until_ready()
    ended(program, generation_id)
    page = enter("alice", scripts=scripts)
    page.goto("/gallery?kind=video")
    page.locator("#tiles .tile", has_text=prompt).get_by_role("link").first.click()
    if scripts:
        page.locator("#lightbox").get_by_role("link").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(prompt)
    address = str(page.locator("video").get_attribute("src"))
    if scripts:
        assert plays_from_its_middle(page, address)
    else:
        size = int(
            page.request.get(address, headers={"Range": "bytes=0-0"}).headers["content-range"].split("/")[1]
        )
        middle = page.request.get(address, headers={"Range": f"bytes={size // 2}-"})
        assert (middle.status, len(middle.body())) == (206, size - size // 2)


def test_an_administrator_sees_and_stops_a_job(
    enter: Callable[..., Page], token: Callable[[str], str], base_url: str, scripts: bool
) -> None:
    headers = {"Authorization": f"Bearer {token('alice')}"}
    body = {"kind": "video", "model": STUCK, "prompt": "For the administrator"}
    asked = httpx.post(f"{base_url}/api/generations", json=body, headers=headers, timeout=30).json()
    (job,) = [
        each
        for each in httpx.get(f"{base_url}/api/jobs", headers=headers, timeout=30).json()["items"]
        if each["generation_id"] == asked["id"]
    ]
    page = enter("ruth", scripts=scripts)
    page.goto("/admin/jobs?kind=video")
    row = page.locator(f"#job-{job['id']}")
    expect(row).to_contain_text("Alice")
    expect(row).not_to_contain_text("For the administrator")

    row.get_by_role("button", name="Stop").click()

    expect(page.locator(f"#job-{job['id']}[data-state=cancelled]")).to_be_visible()


def test_a_picture_becomes_the_frame_it_is_dropped_on(enter: Callable[..., Page]) -> None:
    videos = Videos(enter("alice"))
    videos.begin()
    videos.choose_model(FLIPBOOK, scripts=True)
    videos.page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(8)], "end.png", { type: "image/png" }));
            const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer });
            document.querySelector("[data-slot=last]").dispatchEvent(event);
        }"""
    )
    expect(videos.attachments).to_contain_text("end.png")
    held = "names => names.map(name => document.querySelector(`[data-slot=${name}] input`).files.length)"
    assert videos.page.evaluate(held, ["first", "last"]) == [0, 1]
