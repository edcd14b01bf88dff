"""The source of a quote to whoever speaks: pronouns, surnames, roles, spokespeople."""
