"""The page of pictures: its composer and its cards."""

import re

from playwright.sync_api import Locator, Page, expect


class Card:
    """One request for pictures, in any state."""

    def __init__(self, article: Locator) -> None:
        self.article = article
        self.prompt = article.get_by_role("heading", level=2)
        self.pictures = article.locator("ul.image__pictures img")
        self.places = article.locator(".image__place")
        self.links = article.locator("ul.image__pictures a[href^='/gallery/']")
        self.use = article.locator(".image__use:visible")
        self.notice = article.locator(".notice")
        self.facts = article.locator(".image__foot .facts")
        self.begun_with = article.locator(".image__inputs img")
        self.stop = article.get_by_role("button", name="Stop")
        self.retry = article.get_by_role("button", name="Try again")
        self.rerun = article.get_by_role("button", name="Run again")
        self.change = article.get_by_role("link", name="Change and run")
        self.vary = article.get_by_role("link", name="Vary")


class Images:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.form = page.locator("#composer")
        self.prompt = page.get_by_label("What the picture shows", exact=True)
        self.model = page.get_by_label("Model", exact=True)
        self.make = page.get_by_role("button", name=re.compile("^Make"))
        self.show_settings = page.get_by_role("button", name="Update price and settings")
        self.price = page.locator("#composer-price")
        self.error = page.locator("#composer-error")
        self.files = page.get_by_label("Begin with pictures")
        self.attachments = page.locator("#composer-attachments")
        self.more_settings = page.get_by_label("More settings", exact=True)
        self.cards = page.locator("article.image")
        self.toasts = page.locator("#toasts .toast")

    @property
    def newest(self) -> Card:
        return Card(self.cards.first)

    def card(self, prompt: str) -> Card:
        return Card(self.cards.filter(has_text=prompt).first)

    def begin(self, query: str = "") -> None:
        self.page.goto(f"/images{query}")

    def choose(self, name: str, value: str) -> None:
        """One of the choices that stand side by side."""
        self.form.locator(f'.choice:has(input[name="{name}"][value="{value}"])').click()

    def choose_model(self, model: str, *, scripts: bool) -> None:
        self.model.fill(model.partition("/")[2] if scripts else model)
        if scripts:
            self.page.locator(f'#model-options [data-value="{model}"]').click()
            expect(self.form.locator("[name=settings_of]")).to_have_value(model)

    def ask(self, prompt: str) -> None:
        self.prompt.fill(prompt)
        self.make.click()
