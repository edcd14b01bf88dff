"""The collector measured on an invented web whose truth is known: the web in a box."""
