"""What page workers need, loaded once in the test process, from which they are forked."""

import pytest

from tests.fix_languages import STORIES


@pytest.fixture(scope="session")
def preloaded():
    """Load what reading and annotating a page needs, 2 CPU-seconds of each worker otherwise.

    Stages under Airflow do the same (``pipeline.stages.preloaded``), but for the model of
    languages, which many pages do not need. A test that starts a process of its own, or does not
    ask for this, has workers that load it themselves.
    """
    import pipeline.stages.preloaded  # noqa: F401
    from pipeline.extract.explain import shown_blocks
    from pipeline.extract.plain_text import extract_text_bytes
    from pipeline.fetch.walls import recognise_wall

    story = STORIES["fr"]
    shown_blocks(story.page().encode(), None)
    extract_text_bytes(story.text.encode(), url=None)
    recognise_wall(None, (), story.page().encode(), "")
