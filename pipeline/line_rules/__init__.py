"""Reads one line of text: is it a byline, an agency's credit, a date, or boilerplate?

Both ``extract`` and ``clean`` build on these rules; the rules import neither.
"""
