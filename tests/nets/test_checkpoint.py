"""A cell's arrays: the whole file or none."""

import errno

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nets.checkpoint
from nets import Data, Recipe, load_arrays, mlp, save_arrays, train, trained_from_arrays, trained_to_arrays

ARRAYS = {"a": np.arange(5), "b/c": np.ones((2, 3), np.float32)}


@pytest.fixture(scope="module")
def trained():
    x = np.stack(np.divmod(np.arange(25), 5), axis=1)
    data = Data(x=x, y=x.sum(1) % 5, train=np.arange(20), held_out=np.arange(20, 25), alphabet=5, classes=5)
    net = mlp(alphabet=5, classes=5, width=8, embedding=4)
    return train(net, data, Recipe(steps=20, checkpoints=3), 0)


def test_a_run_survives_the_round_trip(trained, tmp_path):
    path = tmp_path / "cell" / "arrays.npz"
    save_arrays(path, trained_to_arrays(trained))
    again = trained_from_arrays(load_arrays(path))
    for field in ("params", "checkpoints", "curve", "checkpoint_steps"):
        pairs = jax.tree.map(np.array_equal, getattr(trained, field), getattr(again, field))
        assert all(jax.tree.leaves(pairs)), field
    assert (again.seed, again.steps, again.seconds) == (trained.seed, trained.steps, trained.seconds)
    assert [entry.name for entry in path.parent.iterdir()] == ["arrays.npz"]


@given(hnp.arrays(st.sampled_from([np.float32, np.int64, np.bool_]), hnp.array_shapes(min_dims=0, min_side=0)))
def test_any_array_survives_the_round_trip(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("arrays") / "one.npz"
    save_arrays(path, {"value": value})
    np.testing.assert_array_equal(load_arrays(path)["value"], value)


def test_nested_params_survive_the_round_trip(trained):
    nested = {"layer": {"0": {"W": np.ones(2)}, "1": {"W": np.zeros(2)}}, "U": np.ones(3)}
    run = type(trained)(
        params=nested,
        curve=trained.curve,
        checkpoints=None,
        checkpoint_steps=np.arange(0),
        seed=1,
        steps=2,
        seconds=0.5,
    )
    again = trained_from_arrays(trained_to_arrays(run))
    assert again.params["layer"].keys() == nested["layer"].keys()
    assert np.array_equal(again.params["layer"]["1"]["W"], np.zeros(2))
    assert again.checkpoints is None


def test_a_name_with_a_slash_is_refused(trained):
    run = type(trained)(
        params={"a/b": np.ones(1)},
        curve={},
        checkpoints=None,
        checkpoint_steps=np.arange(0),
        seed=1,
        steps=2,
        seconds=0,
    )
    with pytest.raises(ValueError, match="expected names of params without '/', got 'a/b'"):
        trained_to_arrays(run)


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


def test_arrays_of_something_else_are_refused():
    with pytest.raises(ValueError, match="expected the arrays of a training run, got none called"):
        trained_from_arrays(ARRAYS)
