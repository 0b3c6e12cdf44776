"""
The sandbox: a small provider server that speaks OpenRouter's protocol over real HTTP.

It is the default provider of a machine without key or network, and the misbehaving upstream of the tests. The
product reaches it through the same adapter and the same wire as any other provider, so nothing in the product
knows it. Whatever it answers names the provider "Sandbox": simulated text, simulated prices.

Read in this order: `catalogue` (which models) → `chat` (one request) → `performers` and `writer` (what they
say) → `chunks` and `line` (how it goes over the wire) → `ugly` (everything a provider may do wrong); then
`images` (the same for pictures) → `painting` (how one is painted); then `films` (jobs that take minutes) → `filming`
(how one is made). `app` puts them together; it is not imported here, for a film is made by a process that needs none
of the rest.
"""
