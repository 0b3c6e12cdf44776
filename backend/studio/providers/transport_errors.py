"""From aiohttp's exceptions to ours."""

import ssl

import aiohttp

from studio.providers.errors import (
    ProviderError,
    UpstreamBrokeOff,
    UpstreamMalformed,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from studio.providers.provider import Provider

READ_ERRORS = (aiohttp.ClientError, TimeoutError, OSError, aiohttp.http_exceptions.HttpProcessingError)
SEND_ERRORS = (*READ_ERRORS, ValueError)  # aiohttp raises it for addresses and headers that are none

_TLS = (aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch, ssl.SSLError)


def error_before_answer(provider: Provider, error: BaseException) -> ProviderError:
    """While connecting, sending, or waiting for the headers."""
    name = provider.name
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return UpstreamTimeout(
            f"{name} cannot be reached: it does not take connections in time.", extra_tries=2
        )
    if isinstance(error, _TLS):
        return UpstreamUnavailable(
            f"No secure connection to {name} is possible: its certificate or TLS is not right."
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return UpstreamUnavailable(f"{name} cannot be reached: its host name is not found.", extra_tries=2)
    if isinstance(error, aiohttp.ClientConnectorError):
        return UpstreamUnavailable(f"{name} cannot be reached: it does not take connections.", extra_tries=2)
    if isinstance(error, TimeoutError):
        return UpstreamTimeout(f"{name} took too long to begin its answer.", may_be_billed=True)
    if isinstance(error, aiohttp.ClientConnectionError):
        return UpstreamBrokeOff(f"{name} closed the connection without an answer.", may_be_billed=True)
    if isinstance(error, (aiohttp.ClientResponseError, aiohttp.ClientPayloadError)):
        return UpstreamMalformed(f"{name} answered with something that is not HTTP.", may_be_billed=True)
    if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError)):
        return UpstreamUnavailable(f"The address or the key that is configured for {name} is not valid.")
    return UpstreamUnavailable(f"{name} cannot be reached.", may_be_billed=True)


def error_within_answer(
    provider: Provider, error: BaseException, provider_request_id: str | None
) -> ProviderError:
    """While reading a body. Never worth a second try: the model has worked."""
    name = provider.name
    kind: type[ProviderError] = UpstreamBrokeOff
    text = f"The connection to {name} broke off in the middle of the answer."
    if isinstance(error, TimeoutError):
        kind, text = UpstreamTimeout, f"{name} fell silent in the middle of the answer."
    elif isinstance(error.__cause__, aiohttp.http_exceptions.ContentEncodingError):
        kind, text = UpstreamMalformed, f"{name} sent an answer that cannot be unpacked."
    return kind(text, may_be_billed=True, provider_request_id=provider_request_id)
