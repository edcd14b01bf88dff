"""Planning: when each document and each link is asked again, and by which task."""
