"""spaCy without its command line: lighter at the start, and the same for whoever uses it."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
from pipeline.annotate.annotator import Annotator
Annotator.load()
import spacy
heavy = [name for name in ("typer", "requests", "spacy.cli") if name in sys.modules]
missing = hasattr(spacy, "no_such_thing")
download = spacy.cli.download.__module__
command = [c.name for c in spacy.cli.app.registered_commands if c.name in ("info", "train")]
version = spacy.info()["spacy_version"] == spacy.__version__
print(json.dumps([heavy, missing, download, sorted(command), version]))
"""


def test_a_process_that_annotates_does_not_load_spacys_command_line() -> None:
    printed = subprocess.check_output([sys.executable, "-W", "error", "-c", PROGRAM])
    heavy, missing, download, commands, version = json.loads(printed)
    assert heavy == []
    assert not missing
    assert download == "spacy.cli.download"
    assert commands == ["info", "train"]
    assert version
