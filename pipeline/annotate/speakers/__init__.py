"""Name the speakers of quotes: full names, surnames, pronouns, offices, spokespeople."""
