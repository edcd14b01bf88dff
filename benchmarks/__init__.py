"""``make eval`` (accuracy) and ``make bench`` (speed), beside peers in the same run.

Nothing here is part of the product: it may import any room, and reads the measuring data beside the
checkout (``DATELINE_DATA`` or ``../shared/data``).
"""
