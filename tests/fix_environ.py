"""Every test starts without the caller's DATELINE_* variables and with new settings."""

import os

import pytest
import structlog
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from pipeline.settings import settings

# Hypothesis draws the same examples every time and looks at no clock, so that only a change of the
# code fails a test. A busy machine draws examples slowly.
_PROFILE = hypothesis_settings(
    derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile("dateline", _PROFILE)
hypothesis_settings.register_profile("fast", _PROFILE, max_examples=10)
hypothesis_settings.load_profile("dateline")


@pytest.fixture(autouse=True)
def clean_environ(monkeypatch, tmp_path):
    for name in [
        name for name in os.environ if name.startswith("DATELINE_") and name != "DATELINE_DATA"
    ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield
    settings.cache_clear()
    structlog.reset_defaults()  # a command logged to a stderr that is closed by now
