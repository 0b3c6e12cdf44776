"""Requests that are granted once, however often they arrive."""
