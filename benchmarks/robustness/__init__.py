"""Loading while processes are killed."""
