"""Why a video did not come, in a sentence for whoever asked."""

REASON_TEXTS = {
    "outcome_unknown": (
        "The studio stopped while {provider} was asked for this, and nobody knows whether it began. It was not asked "
        "again, since {provider} may be at work on it and charge for it."
    ),
    "provider_failed": "{provider} could not make this video.",
    "provider_cancelled": "{provider} cancelled this video.",
    "provider_expired": "{provider} let this video expire.",
    "vanished": "{provider} took this on and does not know of it any more.",
    "content_expired": "{provider} made this video, but it can no longer be fetched there.",
    "too_slow": "{provider} did not finish this within {hours} and was not waited for any longer.",
    "no_video": "{provider} says that this video is finished, and has none to fetch.",
    "storage_full": "The studio's disk is full, so the video that {provider} made could not be kept.",
}
STILL_CHARGED = "{provider} may charge for it all the same."
IN_DOUBT = "The studio stopped while {provider} was asked for this. Whether it began is being looked up."
ASKED_AGAIN = "{text} It is asked again in a moment."


def reason_text(reason: str, provider: str, **more: str) -> str:
    return REASON_TEXTS[reason].format(provider=provider, **more)
