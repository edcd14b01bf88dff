"""Fetch: from a URL to a response, with robots.txt, pacing, retries and limits."""
