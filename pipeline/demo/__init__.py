"""The bundled demo news site: three invented outlets, served on loopback, with their own gold.

The copy lies as data under ``copy/``, the look under ``templates/``; ``site`` renders, ``server``
serves, ``sources`` describes the outlets to Dateline, ``gold`` says what must come out. The site
knows nothing of the rooms that read it: it is a publisher, as careless as publishers are.
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
