"""Find labelled spans in texts: tokens, word pieces, windows, the encoder, decoding."""
