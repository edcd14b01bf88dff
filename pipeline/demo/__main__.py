"""Serve the demo site until Ctrl-C and print its addresses: ``python -m pipeline.demo``."""

import argparse
import signal
import sys
import threading

from pipeline.demo.content import EDITIONS
from pipeline.demo.server import DemoSite
from pipeline.errors import DatelineError


def main() -> int:
    """Serve the demo site and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.demo", description=__doc__)
    parser.add_argument("--edition", type=int, choices=EDITIONS, default=1)
    arguments = parser.parse_args()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        with DemoSite(arguments.edition) as site:
            for key, homepage in site.homepages.items():
                print(f"{key:16} {homepage}")
            print("Ctrl-C ends it.", flush=True)
            ended.wait()
    except KeyboardInterrupt:
        return 0
    except DatelineError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
