"""Decide across articles which names mean one entity, and which class it has."""
