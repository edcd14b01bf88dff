"""Spans of attribution to quotes: marks, cues, sources, what belongs together."""
