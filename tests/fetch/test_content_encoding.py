"""Bodies are decoded while they stream, within the limit, for any division into chunks."""

import contextlib
import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PageError, Refused
from pipeline.fetch.body_memory import SMALL_BODY
from pipeline.fetch.content_encoding import BodyReader
from pipeline.outcomes import Outcome

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACKERS = {
    "": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


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


@given(st.binary(min_size=1, max_size=300), st.sampled_from(list(PACKERS)))
def test_random_bytes_raise_nothing_but_a_page_error(data, encoding):
    with contextlib.suppress(PageError):
        assert len(read(encoding, data, 1000, [])) <= 1000


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip, gzip", "aes128gcm"])
def test_an_encoding_that_was_not_offered_is_refused(encoding):
    with pytest.raises(Refused):
        BodyReader(encoding, 1000)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "gzip, br"])
def test_a_bomb_is_given_up_at_the_limit(encoding):
    bomb = bytes(30_000_000)
    for name in encoding.split(", "):
        bomb = PACKERS[name](bomb)
    tracemalloc.start()
    try:
        with pytest.raises(Refused) as caught:
            read(encoding, bomb, 1_000_000, [])
        assert caught.value.outcome is Outcome.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
def test_a_stream_that_ends_in_the_middle_is_no_body(encoding):
    packed = PACKERS[encoding](bytes(range(256)) * 20)
    with pytest.raises(PageError) as caught:
        read(encoding, packed[:-8], 10_000, [])
    assert caught.value.outcome is Outcome.BAD_CONTENT


def test_zstd_frames_and_gzip_members_in_a_row_are_one_body():
    for name in ("gzip", "zstd"):
        assert read(name, PACKERS[name](b"one ") + PACKERS[name](b"two"), 100, [5, 1]) == b"one two"


def test_a_zstd_window_of_more_than_8_mb_is_refused():
    wide = zstd.compress(bytes(100), options={zstd.CompressionParameter.window_log: 27})
    head = bytearray(
        zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27}).compress(
            b"x" * 100, mode=1
        )
    )
    assert read("zstd", wide, 1000, []) == bytes(100)  # its frame states its size: no window needed
    with pytest.raises(Refused):
        read("zstd", bytes(head), 1000, [])


def test_room_is_asked_for_once_and_only_for_a_long_body():
    asked: list[int] = []
    reader = BodyReader("gzip", 5_000_000, grow=lambda: asked.append(1))
    reader.feed(gzip.compress(bytes(SMALL_BODY)))
    assert asked == []
    reader = BodyReader("", 5_000_000, grow=lambda: asked.append(1))
    for _ in range(10):
        reader.feed(bytes(100_000))
    assert asked == [1]
