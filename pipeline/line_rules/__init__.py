"""Reads one line of text: is it a byline, an agency's credit, a date, a header line or boilerplate?

``extract`` and ``clean`` build on these rules, which import neither. The words and phrases are in
tables beside the modules (``*.tsv``, ``*.toml``), each with an example that a test reads.
"""
