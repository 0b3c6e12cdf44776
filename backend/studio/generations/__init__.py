"""Generations: one request for one output, of kind text, image or video; the engine that runs them and the watching."""
