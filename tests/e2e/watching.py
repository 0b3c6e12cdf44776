"""What must not happen on any page, noted as it happens."""

from urllib.parse import urlsplit

from playwright.sync_api import Page


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

    def forgive_outage(self) -> None:
        """Nobody answers for a while: the browser and htmx both write that down, and the page must cope."""
        self.forgiven += ["Failed to load resource", "net::ERR_", "htmx:sse:error", "Failed to fetch"]

    def attach(self, page: Page) -> None:
        page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._note_exception(str(error)))
        page.on("dialog", lambda dialog: (self._note(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self._look(request.url))
        page.on("load", lambda _: self._count())

    def _note_exception(self, text: str) -> None:
        # Chromium's own, in browsers without scripts too: the next page came before the movement between the last two
        # had begun (`@view-transition` of the style sheet). No script of ours starts one.
        if text != "Transition was skipped":
            self._note(f"exception: {text}")

    def _count(self) -> None:
        self.loads += 1

    def _look(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.netloc != self._host:
            self._note(f"request to another host: {url}")

    def _note(self, text: str) -> None:
        if not any(words in text for words in self.forgiven):
            self.problems.append(text)
