"""Names, quotes and speakers beside other models, with the kinds of mistakes."""
