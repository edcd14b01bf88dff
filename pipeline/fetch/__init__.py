"""Fetch: from a URL to a response, politely and safely; knows neither parsing nor Postgres."""
