"""A conversation: its composer, its questions and its answers."""

from playwright.sync_api import Locator, Page


class Composer:
    """The form one asks with."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.form = page.locator("#composer")
        self.prompt = page.get_by_label("Your question", exact=True)
        self.model = page.get_by_label("Model", exact=True)
        self.models = page.get_by_role("listbox", name="Models")
        self.send = page.get_by_role("button", name="Send")
        self.price = page.locator("#composer-price")
        self.facts = page.locator("#composer-facts")
        self.error = page.locator("#composer-error")
        self.pictures = page.get_by_label("Attach pictures")
        self.attachments = page.locator("#composer-attachments")
        self.settings = page.get_by_label("Settings", exact=True)

    def setting(self, label: str) -> Locator:
        return self.form.get_by_label(label, exact=True)

    def model_option(self, model: str) -> Locator:
        return self.models.locator(f'[data-value="{model}"]')

    def choose_model(self, model: str, *, scripts: bool) -> None:
        """By typing: the field is a combobox with scripts, and takes the name as it is without."""
        self.model.fill(model.partition("/")[2] if scripts else model)
        if scripts:
            self.model_option(model).click()

    def ask(self, prompt: str) -> None:
        self.prompt.fill(prompt)
        self.send.click()


class Answer:
    """One answer, in any state."""

    def __init__(self, article: Locator) -> None:
        self.article = article
        self.author = article.get_by_role("heading", level=2).first
        self.body = article.locator(".message__body")
        self.reasoning = article.locator(".message__reasoning")
        self.notice = article.locator(".notice")
        self.status = article.locator("footer .facts")
        self.facts = article.locator(".message__facts")
        self.stop = article.get_by_role("button", name="Stop")
        self.again = article.get_by_role("button", name="Ask again")
        self.retry = article.get_by_role("button", name="Try again")
        self.go_on = article.get_by_role("button", name="Continue")
        self.copy = article.get_by_role("button", name="Copy answer")
        self.versions = article.get_by_role("navigation", name="Versions of this answer")

    def fact(self, name: str) -> Locator:
        return self.facts.get_by_title(name, exact=True)


class Question:
    """One question."""

    def __init__(self, article: Locator) -> None:
        self.article = article
        self.body = article.locator(".message__body")
        self.pictures = article.locator(".attachment img")
        self.copy = article.get_by_role("button", name="Copy question")
        self.edit = article.get_by_role("link", name="Edit question")
        self.versions = article.get_by_role("navigation", name="Versions of this question")


class Chat:
    """The page of one conversation, or of one that is about to begin."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.composer = Composer(page)
        self.heading = page.get_by_role("heading", level=1)
        self.transcript = page.get_by_role("log", name="Conversation")
        self.questions = self.transcript.locator("article.message--user")
        self.answers = self.transcript.locator("article.message--assistant")
        self.menu = page.get_by_label("More about this conversation")
        self.title_field = page.get_by_label("Name of this conversation")
        self.edit_field = page.get_by_label("Edit your question", exact=True).and_(page.locator("textarea"))
        self.undo = page.get_by_role("button", name="Undo")

    @property
    def answer(self) -> Answer:
        """The last one."""
        return Answer(self.answers.last)

    @property
    def question(self) -> Question:
        """The last one."""
        return Question(self.questions.last)

    def begin(self, model: str | None = None) -> None:
        """A new conversation, perhaps with a certain model."""
        self.page.goto(f"/chat?model={model}" if model else "/chat")

    def ask(self, prompt: str) -> None:
        self.composer.ask(prompt)

    def begin_with(self, prompt: str, model: str) -> None:
        self.begin(model)
        self.ask(prompt)

    def choose_from_menu(self, name: str) -> None:
        self.menu.click()
        menu = self.page.locator("#conversation-header .menu__panel")
        menu.get_by_role("link", name=name, exact=True).or_(
            menu.get_by_role("button", name=name, exact=True)
        ).click()

    def rename(self, title: str) -> None:
        self.choose_from_menu("Rename")
        self.title_field.fill(title)
        self.page.get_by_role("button", name="Rename", exact=True).click()

    def edit_question(self, prompt: str) -> None:
        self.question.edit.click()
        self.edit_field.fill(prompt)
        self.page.locator(".message--editing").get_by_role("button", name="Ask").click()
