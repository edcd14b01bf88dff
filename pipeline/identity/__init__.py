"""Which pages are one article, told by evidence: pure decisions, without network and store."""
