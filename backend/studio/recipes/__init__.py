"""Recipes on their way back: out of a file that somebody brings, into the form of a create page."""
