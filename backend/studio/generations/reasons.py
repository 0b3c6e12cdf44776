"""Why a generation ended as it did, in a sentence for whoever asked."""

REASON_TEXTS = {
    "cancelled": "Stopped by you. What came until then is kept.",
    "restarted": "The studio restarted while this was being written. What came until then is kept.",
    "length": "The answer reached its length limit.",
    "content_filter": "The provider's content filter ended the answer.",
    "broke_off": "The provider ended the answer before it was finished. What came until then is kept.",
    "tool_calls": "The model asked for a tool, and this studio has none for it. Try again, or choose another model.",
    "only_thoughts": "The model spent its whole length limit on thinking. Allow a longer answer, or less thinking.",
    "no_words": "The model ended without writing anything.",
    "too_long": "The answer took more than an hour and was ended. What came until then is kept.",
    "internal": "Something went wrong on our side while this was being written.",
}
STILL_CHARGED = "{provider} may charge for it all the same."
PROVIDER_GONE = (
    "This was asked of {provider}, which this studio no longer uses. Make it again with a model of today."
)
PROVIDER_GONE_ASKED = (
    "This was asked of {provider}, which this studio no longer uses. Nobody knows what became of it, and {provider} "
    "may charge for it all the same."
)
NOT_STORED = "The answer has ended, but the studio cannot store it at the moment. It keeps trying."
