"""A bundled news site for demonstrations and tests: three invented outlets, served on loopback.

The articles are files under ``stories/`` and the page templates are under ``templates/``.
``content`` reads the articles, ``site`` renders pages, feeds and sitemaps, ``server`` serves them
and describes the outlets as sources, and ``expected`` says what a run over the site must give. The
pages have the faults that real ones have: broken markup, wrong charsets, paywalls, endless
calendars.
"""

from pipeline.demo.expected import Expected, ExpectedPage, ExpectedQuote, expected
from pipeline.demo.server import PREFERRED_PORTS, DemoSite, free_ports

__all__ = [
    "PREFERRED_PORTS",
    "DemoSite",
    "Expected",
    "ExpectedPage",
    "ExpectedQuote",
    "expected",
    "free_ports",
]
