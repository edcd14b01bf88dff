"""Text to labelled spans: tokens, word pieces, windows, the model, decoding."""
