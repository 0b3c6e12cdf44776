"""The steps of a job that makes a video; making.py says what is done in each."""

READY = "ready"  # the first
SUBMITTING = "submitting"
POLLING = "polling"
DOWNLOADING = "downloading"
LOOKING = "looking"
