"""Tests of the scorers and of the gold sets in `benchmarks`."""
