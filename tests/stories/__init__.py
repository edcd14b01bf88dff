"""Tests of words, names, likeness and clusters of stories, without a store."""
