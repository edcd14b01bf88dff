"""Make entities of tagged names: borders, labels, coreference chains, titles, aliases."""
