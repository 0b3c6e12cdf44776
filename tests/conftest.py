"""Options that all tests share."""

import pytest

from tests.support.made_once import compile_templates_once, read_certificates_once, read_signatures_once


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--base-url",
        default=None,
        help="e2e: drive the studio at this address (as AYCG_E2E_EMAIL, AYCG_E2E_PASSWORD) instead of one of our own",
    )


def pytest_configure() -> None:
    compile_templates_once()
    read_signatures_once()
    read_certificates_once()
