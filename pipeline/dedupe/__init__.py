"""Near-duplicate texts: fingerprints, relations, groups and wire copies; knows nothing of HTML."""
