"""One adapter for every server that speaks the provider protocol: no routes, no product nouns, no database."""

from studio.providers.adapter import Adapter
from studio.providers.choose import provider_from_settings
from studio.providers.errors import (
    PaymentKind,
    ProviderError,
    UpstreamBrokeOff,
    UpstreamBusy,
    UpstreamContextTooLong,
    UpstreamGone,
    UpstreamKeyRejected,
    UpstreamLost,
    UpstreamMalformed,
    UpstreamOutcomeUnknown,
    UpstreamPaymentRequired,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamTooLarge,
    UpstreamUnavailable,
)
from studio.providers.events import ChatEvent, Delta, Finished, Started, Usage
from studio.providers.health import Health
from studio.providers.http import Timeouts
from studio.providers.image_models import joined
from studio.providers.image_prices import (
    ImagePrice,
    ImagePricing,
    image_pricing_as_json,
    image_pricing_from_json,
)
from studio.providers.image_settings import (
    Choice,
    ImageSettings,
    Setting,
    Span,
    Strange,
    Switch,
    image_settings_from_json,
)
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
from studio.providers.video_listing import ListedVideo, VideoListing
from studio.providers.video_settings import (
    VideoPricing,
    VideoSettings,
    video_pricing_as_json,
    video_pricing_of,
    video_settings_from_json,
)
from studio.providers.videos import (
    Role,
    VideoJob,
    VideoOutput,
    VideoPicture,
    VideoRequest,
    VideoState,
    VideoStatus,
)

__all__ = [
    "Adapter",
    "ChatEvent",
    "ChatRequest",
    "Choice",
    "Delta",
    "Finished",
    "Health",
    "ImageEvent",
    "ImagePrice",
    "ImagePricing",
    "ImageRequest",
    "ImageSettings",
    "ImageWay",
    "InputPicture",
    "ListedVideo",
    "MadePicture",
    "ModelCard",
    "PartialPicture",
    "PaymentKind",
    "PriceOverride",
    "Prices",
    "Provider",
    "ProviderError",
    "RetryPolicy",
    "Role",
    "Setting",
    "Span",
    "Started",
    "Strange",
    "Switch",
    "Timeouts",
    "UpstreamBrokeOff",
    "UpstreamBusy",
    "UpstreamContextTooLong",
    "UpstreamGone",
    "UpstreamKeyRejected",
    "UpstreamLost",
    "UpstreamMalformed",
    "UpstreamOutcomeUnknown",
    "UpstreamPaymentRequired",
    "UpstreamRefused",
    "UpstreamTimeout",
    "UpstreamTooLarge",
    "UpstreamUnavailable",
    "Usage",
    "VideoJob",
    "VideoListing",
    "VideoOutput",
    "VideoPicture",
    "VideoPricing",
    "VideoRequest",
    "VideoSettings",
    "VideoState",
    "VideoStatus",
    "image_pricing_as_json",
    "image_pricing_from_json",
    "image_settings_from_json",
    "joined",
    "provider_from_settings",
    "video_pricing_as_json",
    "video_pricing_of",
    "video_settings_from_json",
]
