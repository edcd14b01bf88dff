"""Bodies are decoded while they stream, within the limit, for any division into chunks."""

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PageError, Refused
from pipeline.fetch.http_client import BodyReader
from pipeline.outcomes import Outcome

PACKERS = {"": bytes, "gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}


def read(encoding: str, data: bytes, limit: int, sizes: list[int], *, cut: bool = False) -> bytes:
    reader = BodyReader(encoding, limit, cut=cut)
    while data and not reader.is_full:
        size = sizes.pop() if sizes else len(data)
        reader.feed(data[:size])
        data = data[size:]
    return reader.body()


@given(st.sampled_from(list(PACKERS)), st.binary(max_size=3000), st.lists(st.integers(1, 99)))
def test_any_body_in_any_chunks_comes_back(encoding, body, sizes):
    assert read(encoding, PACKERS[encoding](body), 10_000, sizes) == body


@given(st.binary(max_size=500), st.lists(st.integers(1, 99)))
def test_two_encodings_are_undone_in_their_order(body, sizes):
    assert read("gzip, deflate", zlib.compress(gzip.compress(body)), 10_000, sizes) == body


@given(st.sampled_from(list(PACKERS)), st.integers(0, 3000), st.lists(st.integers(1, 99)))
def test_nothing_over_the_limit_comes_back(encoding, size, sizes):
    data = PACKERS[encoding](b"x" * size)
    if size > 1000:
        with pytest.raises(Refused) as caught:
            read(encoding, data, 1000, list(sizes))
        assert caught.value.outcome is Outcome.TOO_LARGE
    assert len(read(encoding, data, 1000, list(sizes), cut=True)) <= 1000


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["gzip", "deflate"]))
def test_random_bytes_raise_nothing_but_a_page_error(data, encoding):
    with contextlib.suppress(PageError):
        assert len(read(encoding, data, 1000, [])) <= 1000


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip, gzip", "aes128gcm"])
def test_an_encoding_that_was_not_offered_is_refused(encoding):
    with pytest.raises(Refused):
        BodyReader(encoding, 1000)
