"""
Two real services and a real Chromium.

Every page is watched: a console error, an uncaught exception, a dialog, a CSP report or a request to another host fails
the test that caused it. With `--base-url` the same journeys drive a studio that already runs; those that end a process
or need one of our own are left out then, and those that need the sandbox's models where it has none.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.e2e.newcomer import Newcomer
from tests.e2e.watching import Watch
from tests.support.browser import launch
from tests.support.forms import cookie_of, post_form
from tests.support.programs import made
from tests.support.services import PASSWORD, ROOT, Services, register, running_services

HERE = Path(__file__).parent
PATIENCE_MS = 20_000  # long only when something is wrong: every wait ends with what it waits for

# Those who look at pages that move, as most people have them. In all others nothing moves: drawn by the processor, the
# movement from page to page takes an eighth of all the time there is.
MOVING = (
    "test_journey",
    "test_keyboard",
    "test_gallery",
    "test_lightbox",
    "test_conversations",
    "test_smoke",
)


# First what looks at pages as they are before other tests filled them, and beside it what waits more than it works.
# Then what takes long: begun last, one worker would be at it alone. Films are made politely, by processes that step
# back behind all others: beside axe, which takes all it can get, one of a second took twenty.
FIRST = (
    "test_accessibility",
    "test_services_away",
    "test_mid_answer",
    "test_videos",
    "test_journey",
    "test_once",
    "test_images",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that end processes ask for `services`; a studio somewhere else has none we may end."""
    unknown = [name for name in (*MOVING, *FIRST) if not (HERE / f"{name}.py").exists()]
    assert not unknown, f"these were renamed: {unknown}"
    _order(items)
    if config.getoption("--base-url"):
        ours = [item for item in items if "services" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]


def _order(items: list[pytest.Item]) -> None:
    """The files of this folder by FIRST; those of other folders stay where they are."""
    ranks = {name: rank for rank, name in enumerate(FIRST)}
    places = [at for at, item in enumerate(items) if item.path.parent == HERE]
    ordered = sorted((items[at] for at in places), key=lambda item: ranks.get(item.path.stem, len(ranks)))
    for at, item in zip(places, ordered, strict=True):
        items[at] = item


@pytest.fixture(scope="session")
def built_assets() -> None:
    """The scripts and styles as they are now; a moment when nothing changed. One worker after the other."""
    with (ROOT / ".venv" / "assets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([sys.executable, str(ROOT / "frontend/assets/build.py")], check=True)


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory, built_assets: None) -> Iterator[Services]:
    """One studio for the whole run, with Ruth, Alice and Bob. Whoever ends a process of it asks for `mortal`."""
    with running_services(
        tmp_path_factory.mktemp("studio"), AYCG_SANDBOX_UGLY="true", AYCG_VIDEO_POLL_SECONDS="0.3"
    ) as running:
        running.add_people()
        yield running


@pytest.fixture
def mortal(services: Services, watch: Watch) -> Iterator[Services]:
    """The services, to be killed and stopped: afterwards both run again, whatever the test left."""
    watch.forgive_outage()
    yield services
    for service in (services.backend, services.frontend):
        if service.process is None or service.process.poll() is not None:
            service.start()
        service.wait_until_ready()


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> str:
    given = request.config.getoption("--base-url")
    return str(given).rstrip("/") if given else request.getfixturevalue("services").address


@pytest.fixture(scope="session")
def token(request: pytest.FixtureRequest, base_url: str) -> Callable[[str], str]:
    """A session of a person, made once over the API. A studio somewhere else knows only one person."""
    if not request.config.getoption("--base-url"):
        return request.getfixturevalue("services").token  # type: ignore[no-any-return]
    found: dict[str, str] = {}

    def token_(name: str) -> str:
        if not found:
            body = {"email": os.environ["AYCG_E2E_EMAIL"], "password": os.environ["AYCG_E2E_PASSWORD"]}
            found["token"] = httpx.post(f"{base_url}/api/sessions", json=body, timeout=30).json()["token"]
        return found["token"]

    return token_


@pytest.fixture(scope="session")
def sandbox(base_url: str, token: Callable[[str], str]) -> None:
    """For tests that ask models of the sandbox by name."""
    headers = {"Authorization": f"Bearer {token('alice')}"}
    models = httpx.get(f"{base_url}/api/models", headers=headers, timeout=30).json()["items"]
    if not any(model["id"] == "sandbox/metronome" for model in models):
        pytest.skip("the studio at --base-url does not have the models of the sandbox")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = launch(playwright)
    yield launched
    launched.close()


@pytest.fixture
def watch(base_url: str) -> Iterator[Watch]:
    watching = Watch(base_url)
    yield watching
    assert not watching.problems, "\n".join(watching.problems)


@pytest.fixture(params=["js", "no-js"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """A test that asks for this runs twice: with JavaScript and in a browser without."""
    return bool(request.param == "js")


@pytest.fixture
def open_browser(
    browser: Browser, base_url: str, watch: Watch, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser of its own; on a failure a picture of each stays in the test's folder."""
    contexts: list[BrowserContext] = []
    pages: list[Page] = []

    def open_(*, scripts: bool = True, **options: object) -> Page:
        motion = "no-preference" if request.path.stem in MOVING else "reduce"
        chosen = {"base_url": base_url, "java_script_enabled": scripts, "reduced_motion": motion}
        settings = {**chosen, **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        watch.attach(page)
        pages.append(page)
        return page

    yield open_
    for number, page in enumerate(pages):
        if getattr(request.node, "failed", False) and not page.is_closed():
            page.screenshot(path=tmp_path / f"page-{number}.png", caret="initial", animations="allow")
    for context in contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    report = yield
    if report.when == "call" and report.failed:
        item.failed = True  # type: ignore[attr-defined]
    return report


@pytest.fixture
def enter(
    open_browser: Callable[..., Page], base_url: str, token: Callable[[str], str]
) -> Callable[..., Page]:
    """A browser that is signed in already, by a session made over the API: the form has tests of its own."""

    def enter_(name: str = "alice", *, session: str | None = None, **options: object) -> Page:
        page = open_browser(**options)
        page.context.add_cookies([cookie_of(base_url, session or token(name))])
        return page

    return enter_


@pytest.fixture
def begin(base_url: str, token: Callable[[str], str]) -> Callable[..., str]:
    """Begins a conversation as the form would, without a browser; the address of its page."""

    def begin_(prompt: str, model: str, name: str = "alice") -> str:
        answer = post_form(
            base_url, token(name), "/fragments/conversations", {"prompt": prompt, "model": model}
        )
        assert answer.status_code == 201, answer.text
        return answer.headers["HX-Push-Url"]

    return begin_


@pytest.fixture
def program(base_url: str, token: Callable[[str], str]) -> Iterator[httpx.Client]:
    """Alice's, through the frontend."""
    headers = {"Authorization": f"Bearer {token('alice')}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def picture_of_alice(program: httpx.Client) -> str:
    """A picture of Alice's, made as a program would; the id of its generation."""
    picture: str = made(program, "A quiet pond", kind="image", model="sandbox/sketcher")["id"]
    return picture


@pytest.fixture
def newcomer(services: Services) -> Callable[..., Newcomer]:
    """Registers somebody new, for tests that change an account."""

    def newcomer_(name: str = "Dora") -> Newcomer:
        email = f"{uuid4().hex[:12]}@example.org"
        register(services.backend.address, email, name, client=f"198.51.100.{uuid4().int % 250 + 1}")
        return Newcomer(services, email)

    return newcomer_


@pytest.fixture
def sign_in(request: pytest.FixtureRequest) -> Callable[[Page, str], Page]:
    """Sign a person in through the form, as anyone would."""

    def sign_in_(page: Page, name: str = "alice") -> Page:
        if request.config.getoption("--base-url"):
            email, password = os.environ["AYCG_E2E_EMAIL"], os.environ["AYCG_E2E_PASSWORD"]
        else:
            email, password = f"{name}@example.org", PASSWORD
        page.goto("/login")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.locator("#composer").wait_for()
        return page

    return sign_in_
