"""Another process that annotates: ``python -m tests.stages.annotating claim|run DSN ID…``.

``claim`` claims these versions, prints their ids and holds the claim until it is killed; ``run``
annotates them and prints the counts.
"""

import json
import sys
import time
from contextlib import closing

from pipeline.stages.annotate import annotate
from pipeline.warehouse.annotations import claim
from pipeline.warehouse.store import connect


def hold(dsn, ids):
    with closing(connect(dsn)) as conn, claim(conn, ids) as claimed:
        print(json.dumps(claimed.ours), flush=True)
        time.sleep(300)


if __name__ == "__main__":
    work, dsn, *numbers = sys.argv[1:]
    ids = [int(number) for number in numbers]
    if work == "claim":
        hold(dsn, ids)
    else:
        print(json.dumps(annotate(1, ids)))
