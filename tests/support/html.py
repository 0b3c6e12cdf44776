"""HTML looked at as a person would: what is there, what it says; never whole-page equality."""

from bs4 import BeautifulSoup, Tag


class Element:
    """One element: `element["name"]` is an attribute, `"autofocus" in element` asks for one."""

    def __init__(self, tag: Tag) -> None:
        self._tag = tag

    def __getitem__(self, name: str) -> str:
        value = self._tag[name]
        return value if isinstance(value, str) else " ".join(value)

    def __contains__(self, name: str) -> bool:
        return self._tag.has_attr(name)

    @property
    def text(self) -> str:
        """What it says, white space collapsed."""
        return " ".join(self._tag.get_text(" ").split())


class Html:
    """A page or a piece of one, asked by CSS selector."""

    def __init__(self, text: str) -> None:
        self._soup = BeautifulSoup(text, "html.parser")

    @property
    def text(self) -> str:
        return " ".join(self._soup.get_text(" ").split())

    def all(self, selector: str) -> list[Element]:
        return [Element(tag) for tag in self._soup.select(selector)]

    def one(self, selector: str) -> Element:
        """The only match; fails when there is none or more than one."""
        found = self.all(selector)
        assert len(found) == 1, f"{len(found)} elements match {selector!r} in:\n{self._soup}"
        return found[0]

    def text_of(self, selector: str) -> str:
        """What all matches say; fails when there is none."""
        found = self.all(selector)
        assert found, f"nothing matches {selector!r} in:\n{self._soup}"
        return " ".join(element.text for element in found)

    def fields_of_forms(self) -> list[list[str]]:
        """The names of the fields of each form, in their order."""
        return [
            [str(field.get("name")) for field in form.select("input, select, textarea")]
            for form in self._soup.select("form")
        ]
