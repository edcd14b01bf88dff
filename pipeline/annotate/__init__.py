"""One article's text → entities, and quotes with their speakers. Knows no HTML, no Postgres, no
other articles."""
