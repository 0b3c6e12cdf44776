"""Measurements, each with its conditions; run by scripts/bench."""
