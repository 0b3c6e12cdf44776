"""docs/deployment/settings.md names every setting of both services, and none that does not exist."""

import re
from pathlib import Path

import pytest
from pages.config import Settings as FrontendSettings
from pydantic import AliasChoices
from pydantic_settings import BaseSettings
from studio.config import Settings as BackendSettings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "deployment" / "settings.md"


@pytest.mark.parametrize(
    ("section", "settings"),
    [("Backend", BackendSettings), ("Frontend", FrontendSettings)],
    ids=["backend", "frontend"],
)
def test_the_page_of_settings_names_each_variable_that_a_service_reads(
    section: str, settings: type[BaseSettings]
) -> None:
    assert documented(section) == variables_of(settings)


def documented(section: str) -> set[str]:
    """The variables in the first column of the table under that heading."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))


def variables_of(settings: type[BaseSettings]) -> set[str]:
    """What the environment calls each field; of several names for one field, the first."""
    prefix = settings.model_config["env_prefix"]
    names = set()
    for field, info in settings.model_fields.items():
        alias = info.validation_alias
        first = alias.choices[0] if isinstance(alias, AliasChoices) else alias
        names.add(str(first) if first else f"{prefix}{field}".upper())
    return names
