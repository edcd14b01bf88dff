"""Measure accuracy (``make eval``) and speed (``make bench``) beside other tools in the same run.

Nothing here is part of the product. Benchmarks may import any package, and read the measuring data
next to the checkout (``DATELINE_DATA``, by default ``../shared/data``).
"""
