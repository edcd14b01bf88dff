"""Speed, each figure beside a peer or as a ratio within one run."""
