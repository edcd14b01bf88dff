"""The report: one HTML page about the last days, for people who do not query."""
