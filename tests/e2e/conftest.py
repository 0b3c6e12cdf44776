"""
Two real services and a real Chromium.

Every page is watched: a console error, an uncaught exception, a CSP report or a request to another host fails the
test that caused it. With `--base-url` the same journeys drive a studio that already runs; those that end a process
need one of our own and are left out then.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.support.services import PASSWORD, Services, running_services

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that end processes ask for `services`; a studio somewhere else has none we may end."""
    if config.getoption("--base-url"):
        ours = [item for item in items if "services" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One studio for the whole run, with Ruth, Alice and Bob. Whoever ends a process of it starts it again."""
    with running_services(tmp_path_factory.mktemp("studio"), AYCG_SANDBOX_UGLY="true") as running:
        running.add_people()
        yield running


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> str:
    given = request.config.getoption("--base-url")
    return str(given).rstrip("/") if given else request.getfixturevalue("services").address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chosen = os.environ.get("AYCG_CHROMIUM") or _chosen_at_set_up() or shutil.which("chromium")
    launched = playwright.chromium.launch(executable_path=chosen, args=FLAGS)
    yield launched
    launched.close()


def _chosen_at_set_up() -> str | None:
    note = Path(__file__).parents[2] / ".venv" / "browser-path"
    return (note.read_text().strip() or None) if note.exists() else None


class Watch:
    """What must not happen on any page."""

    def __init__(self, base_url: str) -> None:
        self._host = urlsplit(base_url).netloc
        self.problems: list[str] = []
        self.forgiven: list[str] = []
        self.loads = 0

    def forgive(self, words: str) -> None:
        """This test causes such a message on purpose (a 404, a server that is down)."""
        self.forgiven.append(words)

    def attach(self, page: Page) -> None:
        page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._note(f"exception: {error}"))
        page.on("request", lambda request: self._look(request.url))
        page.on("load", lambda _: self._count())

    def _count(self) -> None:
        self.loads += 1

    def _look(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.netloc != self._host:
            self._note(f"request to another host: {url}")

    def _note(self, text: str) -> None:
        if not any(words in text for words in self.forgiven):
            self.problems.append(text)


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
        context = browser.new_context(base_url=base_url, java_script_enabled=scripts, **options)  # type: ignore[arg-type]
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
