"""Find the folder of the measuring data."""

import os
import sys
from pathlib import Path


def data_folder() -> Path:
    """Return the folder of the measuring data; exit with a message if it does not exist."""
    folder = Path(os.environ.get("DATELINE_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        sys.exit(f"no measuring data at {folder}: set DATELINE_DATA to its folder")
    return folder
