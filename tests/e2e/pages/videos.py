"""The page of videos: its composer and its cards."""

from playwright.sync_api import Locator, Page, expect


class Card:
    """One request for a video, in any state."""

    def __init__(self, article: Locator) -> None:
        self.article = article
        self.prompt = article.get_by_role("heading", level=2)
        self.film = article.locator("video")
        self.making = article.locator(".image__making")
        self.notice = article.locator(".notice")
        self.facts = article.locator(".image__foot .facts")
        self.begun_with = article.locator(".image__inputs img")
        self.stop = article.get_by_role("button", name="Stop")
        self.retry = article.get_by_role("button", name="Try again")
        self.fetch = article.get_by_role("button", name="Fetch again")

    @property
    def id(self) -> str:
        """Of the generation."""
        return str(self.article.get_attribute("id")).removeprefix("video-")


class Videos:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.form = page.locator("#composer")
        self.prompt = page.get_by_label("What happens in the video", exact=True)
        self.model = page.get_by_label("Model", exact=True)
        self.length = page.get_by_label("Length")
        self.make = page.get_by_role("button", name="Make")
        self.show_settings = page.get_by_role("button", name="Update price and settings")
        self.price = page.locator("#composer-price")
        self.first = page.get_by_label("First frame: choose a picture")
        self.attachments = page.locator("#composer-attachments")
        self.cards = page.locator("article.image--video")
        self.toasts = page.locator("#toasts .toast")

    @property
    def newest(self) -> Card:
        return Card(self.cards.first)

    def card(self, prompt: str) -> Card:
        return Card(self.cards.filter(has_text=prompt))

    def begin(self, query: str = "") -> None:
        self.page.goto(f"/videos{query}")

    def choose_model(self, model: str, *, scripts: bool) -> None:
        """Without scripts the page has to be fetched anew to have the settings of another model."""
        if scripts:
            self.model.fill(model.partition("/")[2])
            self.page.locator(f'#model-options [data-value="{model}"]').click()
            expect(self.form.locator("[name=settings_of]")).to_have_value(model)
        else:
            self.begin(f"?model={model}")

    def ask(self, prompt: str) -> None:
        self.prompt.fill(prompt)
        self.make.click()
