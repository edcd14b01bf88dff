"""Speed, each figure beside another tool or as a ratio within one run."""
