"""The door and what belongs to one person: set-up, registration, signing in, sessions, password."""

import re

from playwright.sync_api import Locator, Page


class SignIn:
    """/login"""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.email = page.get_by_label("E-mail")
        self.password = page.get_by_label("Password", exact=True)
        self.button = page.locator("#main").get_by_role("button", name="Sign in")
        self.problem = page.locator("#sign-in-problem")

    def open(self) -> None:
        self.page.goto("/login")

    def sign_in(self, email: str, password: str) -> None:
        self.email.fill(email)
        self.password.fill(password)
        self.button.click()


class NewAccount:
    """The fields of /register and /setup."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.token = page.get_by_label("Set-up token")
        self.email = page.get_by_label("E-mail")
        self.name = page.get_by_label("Name", exact=True)
        self.password = page.get_by_label("Password", exact=True)
        self.create = page.get_by_role("button", name="Create")
        self.summary = page.locator("#main").get_by_role("alert")

    def error_at(self, field: Locator) -> Locator:
        """The sentence that this field is described by."""
        return self.page.locator(f"[id='{field.get_attribute('id')}-error']")

    def fill(self, *, email: str, name: str, password: str) -> None:
        self.email.fill(email)
        self.name.fill(name)
        self.password.fill(password)
        self.create.click()


class Account:
    """/account"""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sign_out = page.get_by_role("button", name="Sign out", exact=True)
        self.sessions = page.get_by_role("region", name="Signed in").get_by_role("listitem")
        self.here = self.sessions.filter(has_text="This device")
        self.sign_out_others = page.get_by_role("button", name="Sign out every other device")
        self.current_password = page.get_by_label("Current password")
        self.new_password = page.get_by_label("New password")
        self.change = page.get_by_role("button", name="Change password")

    def open(self) -> None:
        self.page.goto("/account")

    def end(self, agent: str) -> None:
        """End the session of this other browser."""
        self.sessions.filter(has_text=agent).get_by_role("button").click()

    def change_password(self, current: str, new: str) -> None:
        self.current_password.fill(current)
        self.new_password.fill(new)
        self.change.click()


class People:
    """/admin/people"""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.people = page.get_by_role("list", name="People").get_by_role("listitem")
        self.note = page.get_by_label("For whom")
        self.told_link = page.locator("#main, #toasts").get_by_text("Pass this link on").last
        self.invitations = page.get_by_role("region", name="Invitations").get_by_role("listitem")

    def open(self) -> None:
        self.page.goto("/admin/people")

    def invite(self, note: str) -> None:
        self.note.fill(note)
        self.page.get_by_role("button", name="Make invitation").click()

    def link(self) -> str:
        """Of the invitation just made: beside the form, or without scripts in the sentence above the page."""
        return re.findall(r"https?://\S+", self.told_link.inner_text())[0]

    def withdraw(self, note: str) -> None:
        self.invitations.filter(has_text=note).get_by_role("button").click()
