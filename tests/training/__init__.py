"""Tests of the parts of `training` that need no torch."""
