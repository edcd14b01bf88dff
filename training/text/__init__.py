"""Train the small models of the extraction: ``make train-text``."""
