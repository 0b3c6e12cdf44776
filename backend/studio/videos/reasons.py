"""Why a video did not come, in a sentence for whoever asked."""

REASON_TEXTS = {
    "outcome_unknown": (
        "{provider} was asked for this and its answer was lost, so nobody knows whether it began. It was not asked "
        "again, since {provider} may be at work on it and charge for it."
    ),
    "provider_failed": "{provider} could not make this video.",
    "provider_cancelled": "{provider} cancelled this video.",
    "provider_expired": "{provider} let this video expire.",
    "vanished": "{provider} took this on and does not know of it any more.",
    "content_expired": "{provider} made this video, but it can no longer be fetched there.",
    "too_slow": "{provider} did not finish this within {hours} and was not waited for any longer.",
    "not_fetched": "{provider} made this video, and it could not be fetched there within {hours}.",
    "storage_full": "The studio's disk is full, so the video that {provider} made could not be kept.",
    "cannot_open_videos": (
        "{provider} made this video, but the studio cannot open videos, so it could not be kept. Its administrator "
        "finds what is missing in the log."
    ),
}
MAY_NOT_PLAY, RECODED = "may_not_play", "recoded"
# About videos that are there.
REMARKS = {
    MAY_NOT_PLAY: "Your browser may not play this; download it.",
    RECODED: "It came as {codec}, which not every browser plays, and is kept as H.264.",
}
CODEC_NAMES = {
    "h264": "a kind of H.264",
    "hevc": "HEVC",
    "av1": "AV1",
    "mpeg4": "MPEG-4",
    "prores": "ProRes",
    "vp9": "a kind of VP9",
    "vp8": "a kind of VP8",
}
IN_DOUBT = "The answer of {provider} was lost. Whether it began this is being looked up."
ASKED_AGAIN = "{text} It is asked again in a moment."


def reason_text(reason: str, provider: str, **more: str) -> str:
    return REASON_TEXTS[reason].format(provider=provider, **more)
