"""
The sandbox's hand: a picture from words and a seed, always the same one for the same commission.

Read in this order: `commission` (what is asked for) → `words` (what the prompt says) → `colours` (the palette)
→ `scenes` (the compositions) → `motifs` (what is put into them) → `canvas` (how anything is drawn) → `edits`
(pictures that begin with a picture) → `easel` (all of it together, and the encoding).

Nothing here is imported before the first picture: Pillow costs 60 ms and 10 MB that a start need not pay.
"""
