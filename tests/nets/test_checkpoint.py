"""A cell's arrays: the whole file or none."""

import errno

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nets.checkpoint
from nets import load_arrays, save_arrays

ARRAYS = {"a": np.arange(5), "b/c": np.ones((2, 3), np.float32)}


@given(hnp.arrays(st.sampled_from([np.float32, np.int64, np.bool_]), hnp.array_shapes(min_dims=0, min_side=0)))
def test_any_array_survives_the_round_trip(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("arrays") / "one.npz"
    save_arrays(path, {"value": value})
    np.testing.assert_array_equal(load_arrays(path)["value"], value)


@pytest.mark.parametrize("call", ["savez_compressed", "fsync", "replace"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(call, tmp_path, monkeypatch):
    path = tmp_path / "arrays.npz"
    save_arrays(path, ARRAYS)

    def full(*_args, **_keywords):
        raise OSError(errno.ENOSPC, "No space left on device")

    owner = nets.checkpoint.np if call == "savez_compressed" else nets.checkpoint.os
    monkeypatch.setattr(owner, call, full)
    with pytest.raises(
        OSError, match=r"cannot write .*arrays\.npz: No space left on device; free some space"
    ) as caught:
        save_arrays(path, {"a": np.zeros(3)})
    assert caught.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert [entry.name for entry in tmp_path.iterdir()] == ["arrays.npz"]
    np.testing.assert_array_equal(load_arrays(path)["a"], ARRAYS["a"])


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(*_args, **_keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr(nets.checkpoint.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_arrays(tmp_path / "arrays.npz", ARRAYS)
    assert list(tmp_path.iterdir()) == []


def spoilt(kind: str, whole: bytes) -> bytes:
    middle = len(whole) // 2
    return {
        "empty": b"",
        "text": b"not arrays at all",
        "cut": whole[:middle],
        "flipped": whole[:60] + bytes(byte ^ 255 for byte in whole[60:120]) + whole[120:],
    }[kind]


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "flipped"])
def test_a_corrupt_file_is_named(kind, tmp_path):
    path = tmp_path / "arrays.npz"
    save_arrays(path, {"a": np.random.default_rng(0).normal(size=500)})
    path.write_bytes(spoilt(kind, path.read_bytes()))
    with pytest.raises(ValueError, match=r"arrays\.npz: expected an array file, got one that cannot be read"):
        load_arrays(path)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_arrays(tmp_path / "none.npz")
