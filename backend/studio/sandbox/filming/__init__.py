"""
The sandbox's camera: a film from words, a seed and perhaps a picture, always the same one for the same commission.

Read in this order: `commission` (what is asked for) → `stage` (what stands where, painted by the painter) → `camera`
(what is seen of it) → `movers` and `water` (what moves) → `film` (one picture after the other) → `sound` → `reel`
(the file).

All of it runs in a process of its own, `python -m studio.sandbox.filming`: encoding takes seconds of a processor and
100 MB, and the service that streams answers to fifty people has neither to give. What it took is gone when it ends.
"""
