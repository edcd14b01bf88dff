"""The memory of the test process, which a forked worker inherits and which grows meanwhile."""

import os
from pathlib import Path


def resident_bytes() -> int:
    """Return the resident memory of this process; 0 where the system does not tell."""
    file = Path("/proc/self/statm")
    if not file.exists():
        return 0
    return int(file.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
