"""Site memory on generated and on real hosts."""
