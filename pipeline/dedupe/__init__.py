"""Near-duplicate texts: fingerprints, relations, groups and wire copy."""
