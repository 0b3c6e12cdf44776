"""A document that a provider has at an address of its own: its lists, its books, its word about a key."""

from typing import Any

from studio.providers.classify import error_in_answer, request_id
from studio.providers.error_shapes import told
from studio.providers.errors import UpstreamMalformed
from studio.providers.http import Http
from studio.providers.loose import mapping, read_json
from studio.providers.provider import Provider


async def fetch_document(http: Http, provider: Provider, url: str) -> Any:
    """The JSON at this address, of whatever shape. Raises ProviderError, also where it is an error that came as 200."""
    response = await http.open(provider, "GET", url)
    body = await http.read(provider, response)
    try:
        document = read_json(body.decode("utf-8", "replace"))
    except ValueError:
        raise UpstreamMalformed(
            f"{provider.name} answered with something that is not JSON.", http_status=response.status
        ) from None
    if mapping(document).get("error"):
        error = error_in_answer(provider, told(document, provider.key_text), request_id(response.headers))
        error.may_be_billed = False
        raise error
    return document
