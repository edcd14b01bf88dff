"""Measure names, quotes and speakers beside other systems, and count the kinds of mistakes."""
