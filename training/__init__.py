"""Scripts that train the shipped tagger; nothing in `pipeline` imports them."""
