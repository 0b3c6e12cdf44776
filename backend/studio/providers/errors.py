"""
What can go wrong with a provider. Every failure of the adapter is one of these.

    Upstream
    └── ProviderError
        ├── UpstreamRefused          502  permanent: the same request will be refused again
        │   └── UpstreamContextTooLong  422  the prompt does not fit the model
        ├── UpstreamKeyRejected      502
        ├── UpstreamPaymentRequired  502  kind: credits, key_limit, in_flight
        ├── UpstreamBusy             503  retry_after_seconds
        ├── UpstreamUnavailable      502  not reachable, or a failure of its own
        ├── UpstreamTimeout          504
        ├── UpstreamMalformed        502  answered, but not in the protocol
        ├── UpstreamBrokeOff         502  the connection ended in the middle
        ├── UpstreamOutcomeUnknown   504  a paid request went out and nobody knows what became of it
        ├── UpstreamLost             502  the provider does not know the job it once took
        ├── UpstreamGone             502  what was made is no longer there
        └── UpstreamTooLarge         502  what was made is larger than this studio keeps
"""

from enum import StrEnum

from studio.errors import Upstream


class PaymentKind(StrEnum):
    CREDITS = "credits"
    KEY_LIMIT = "key_limit"
    IN_FLIGHT = "in_flight"


class ProviderError(Upstream):
    """
    `text` is one sentence for a person and names the provider.

    `provider_message` is the server's own wording for the detail line: cleaned of keys and paths, at most 500
    characters, but possibly quoting the prompt, so it may be shown to whoever asked and never be logged.
    `may_be_billed` is False only where it is certain that no model has worked. `extra_tries` says how often
    it is worth trying again; 0 wherever an answer had begun or money may be spent.
    """

    def __init__(
        self,
        text: str | None = None,
        *,
        provider_message: str | None = None,
        http_status: int | None = None,
        provider_request_id: str | None = None,
        may_be_billed: bool = False,
        retry_after_seconds: int | None = None,
        extra_tries: int = 0,
    ) -> None:
        super().__init__(text)
        self.provider_message = provider_message
        self.http_status = http_status
        self.provider_request_id = provider_request_id
        self.may_be_billed = may_be_billed
        self.retry_after_seconds = retry_after_seconds
        self.extra_tries = extra_tries


class UpstreamRefused(ProviderError):
    """
    `reasons` are the provider's words for why a prompt was moderated away; often empty.

    `led_to` is a redirect to another origin, where the key must not go: the address that was asked, and the link in its
    answer, which may be signed and is then a secret.
    """

    code = "upstream_refused"
    text = "The provider refused this request."
    reasons: tuple[str, ...] = ()
    led_to: tuple[str, str] | None = None


class UpstreamContextTooLong(UpstreamRefused):
    status = 422
    code = "context_too_long"
    text = "This conversation is longer than the model can read."


class UpstreamKeyRejected(ProviderError):
    code = "upstream_key_rejected"
    text = "The provider rejected the API key."


class UpstreamPaymentRequired(ProviderError):
    code = "upstream_payment_required"
    text = "The account at the provider has no credit left."
    kind: PaymentKind = PaymentKind.CREDITS


class UpstreamBusy(ProviderError):
    status = 503
    code = "upstream_busy"
    text = "The provider is busy at the moment."


class UpstreamUnavailable(ProviderError):
    code = "upstream_unavailable"
    text = "The provider cannot be reached."


class UpstreamTimeout(ProviderError):
    status = 504
    code = "upstream_timeout"
    text = "The provider took too long to answer."


class UpstreamMalformed(ProviderError):
    code = "upstream_malformed"
    text = "The provider answered with something that is not an answer."


class UpstreamBrokeOff(ProviderError):
    code = "upstream_broke_off"
    text = "The connection to the provider broke off."


class UpstreamOutcomeUnknown(ProviderError):
    """It must not be asked for again without asking a person: it may be running, and will then be billed."""

    status = 504
    code = "upstream_outcome_unknown"
    text = (
        "The provider was asked and did not say whether it began. It may be working on it, and charge for it."
    )


class UpstreamLost(ProviderError):
    code = "upstream_lost"
    text = "The provider does not know of this any more."


class UpstreamGone(ProviderError):
    code = "upstream_gone"
    text = "What the provider made is no longer there."


class UpstreamTooLarge(ProviderError):
    code = "upstream_too_large"
    text = "What the provider made is larger than this studio keeps."


def recast(kind: type[ProviderError], cause: ProviderError | None, text: str) -> ProviderError:
    """Another kind of error with what is known of the cause."""
    if cause is None:
        return kind(text)
    return kind(
        text,
        provider_message=cause.provider_message,
        http_status=cause.http_status,
        provider_request_id=cause.provider_request_id,
        retry_after_seconds=cause.retry_after_seconds,
    )
