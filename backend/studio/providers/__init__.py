"""One adapter for every server that speaks the provider protocol: no routes, no product nouns, no database."""

from studio.providers.adapter import Adapter
from studio.providers.choose import provider_from_settings
from studio.providers.errors import (
    PaymentKind,
    ProviderError,
    UpstreamBrokeOff,
    UpstreamBusy,
    UpstreamContextTooLong,
    UpstreamKeyRejected,
    UpstreamMalformed,
    UpstreamPaymentRequired,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from studio.providers.events import ChatEvent, Delta, Finished, Started, Usage
from studio.providers.health import Health
from studio.providers.http import Timeouts
from studio.providers.images import (
    ImageEvent,
    ImageRequest,
    ImageWay,
    InputPicture,
    MadePicture,
    PartialPicture,
)
from studio.providers.models import ModelCard, PriceOverride, Prices
from studio.providers.provider import Provider
from studio.providers.request import ChatRequest
from studio.providers.retry import RetryPolicy

__all__ = [
    "Adapter",
    "ChatEvent",
    "ChatRequest",
    "Delta",
    "Finished",
    "Health",
    "ImageEvent",
    "ImageRequest",
    "ImageWay",
    "InputPicture",
    "MadePicture",
    "ModelCard",
    "PartialPicture",
    "PaymentKind",
    "PriceOverride",
    "Prices",
    "Provider",
    "ProviderError",
    "RetryPolicy",
    "Started",
    "Timeouts",
    "UpstreamBrokeOff",
    "UpstreamBusy",
    "UpstreamContextTooLong",
    "UpstreamKeyRejected",
    "UpstreamMalformed",
    "UpstreamPaymentRequired",
    "UpstreamRefused",
    "UpstreamTimeout",
    "UpstreamUnavailable",
    "Usage",
    "provider_from_settings",
]
