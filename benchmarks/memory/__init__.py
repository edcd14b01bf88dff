"""Site memory on made and on real hosts."""
