"""
Pictures over the wire: three protocols, one painter.

Read in this order: `models` (who paints what, and for how much) → `wish` (what a request asks for) → `sizes` and
`references` (its pixels and its pictures) → `delivery` (how an answer looks) → `counter` (the endpoints) →
`murals` (pictures in a chat) → `manners` (everything that goes wrong on purpose).
"""
