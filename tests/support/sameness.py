"""Two answers that must not be told apart."""

from typing import Any

from httpx import Response

DIFFERS = frozenset({"x-request-id", "date", "content-length"})


def without_request_id(answer: Response) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, with what differs between any two requests taken out."""
    request_id = answer.headers["x-request-id"]
    headers = {name: value for name, value in answer.headers.items() if name not in DIFFERS}
    return answer.status_code, headers, answer.text.replace(request_id, "(id)")


def assert_not_there(others: Response, missing: Response) -> None:
    """Somebody else's thing, and one that does not exist: both are not there, word for word."""
    assert others.status_code == missing.status_code == 404, (others.text, missing.text)
    assert without_request_id(others) == without_request_id(missing)


def assert_signed_out(answer: Response) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Please sign in first." in answer.text


def address(template: str, **names: Any) -> str:
    return template.format(**names)
