"""How well the stories are told: which articles of dated news share an event."""
