"""Operate: are sources that break found, and named rightly? Faults are invented, and seeded."""
