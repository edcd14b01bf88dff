"""Tests of the room `pipeline.annotate`."""
