"""Spans of names to entities: borders, classes that agree, chains, titles, aliases."""
