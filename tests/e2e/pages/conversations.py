"""The list of conversations beside a page."""

from playwright.sync_api import Locator, Page


class Conversations:
    """Titles by day, the pinned ones first, with a search."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.list = page.get_by_role("navigation", name="Conversations")
        self.search = self.list.get_by_role("searchbox", name="Search conversations")
        self.titles = self.list.locator("li")
        self.current = self.list.locator('a[aria-current="page"]')

    def entry(self, title: str) -> Locator:
        return self.list.get_by_role("link", name=title, exact=True)

    def group(self, name: str) -> Locator:
        return self.list.get_by_role("heading", name=name, exact=True).locator("+ ul")

    def show(self, view: str) -> None:
        """Another list: Current, Archived or Deleted."""
        self.list.get_by_role("link", name=view, exact=True).click()

    def restore(self, title: str) -> None:
        self.list.get_by_role("button", name=f"Restore “{title}”").click()

    def find(self, words: str, *, scripts: bool) -> None:
        self.search.fill(words)
        if not scripts:
            self.search.press("Enter")
