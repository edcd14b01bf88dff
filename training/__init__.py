"""Scripts that reproduce the shipped tagger; nothing in `pipeline` imports them."""
