"""Edits: arrays, patches and shifts, in nets of ours, in a user's function, and along time."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nets import Patch, Shift, Snap, check_net, mlp, tapping, wrap

NET = mlp(alphabet=5, classes=3, width=4, embedding=None, inputs="onehot")
PARAMS = NET.init(jax.random.key(0))
X = np.random.default_rng(0).integers(0, 5, (6, 2))
OWN = np.asarray(NET.apply(PARAMS, X)[1]["hidden.0.pre"])
FIRST_ROWS = (np.arange(6) < 2)[:, None]


def running_sum(params, x, edits):
    tap, sites = tapping(edits)

    def step(tap, state, given):
        state = tap("state", tap("state.next", state + given))
        return state, 2.0 * state

    _, outputs = tap.over_time(step, jnp.zeros((len(x), 1)), x[:, :, None] * params["scale"])
    return outputs, sites


def by_get(params, x, edits):
    pre = edits.get("pre", params["table"][x[:, 0]] + params["table"][x[:, 1]])
    hidden = edits.get("hidden", jax.nn.relu(pre))
    return hidden @ params["out"], {"pre": pre, "hidden": hidden}


def by_item(params, x, edits):
    pre = edits["pre"] if "pre" in edits else params["table"][x[:, 0]] + params["table"][x[:, 1]]
    hidden = edits.get("hidden", jax.nn.relu(pre))
    return hidden @ params["out"], {"pre": pre, "hidden": hidden}


WEIGHTS = {
    "table": np.random.default_rng(1).normal(size=(5, 6)),
    "out": np.random.default_rng(2).normal(size=(6, 3)),
}
SUM = wrap(running_sum, ("state.next", "state"), name="sum")


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Patch(FIRST_ROWS, 7.0), np.where(FIRST_ROWS, 7.0, OWN)),
        (Patch(np.arange(4) == 1, OWN + 1), np.where(np.arange(4) == 1, OWN + 1, OWN)),
        (Patch(False, 7.0), OWN),
        (Patch(True, 7.0), np.full_like(OWN, 7.0)),
        (Shift(np.array([1.0, 0.0, 0.0, -2.0])), OWN + np.array([1.0, 0.0, 0.0, -2.0])),
        (7.0, np.full_like(OWN, 7.0)),
    ],
)
def test_what_a_site_holds_after_an_edit_is_read_by_what_follows(edit, expected):
    outputs, sites = jax.jit(NET.apply)(PARAMS, X, {"hidden.0.pre": edit})
    np.testing.assert_allclose(sites["hidden.0.pre"], expected, rtol=1e-6)
    np.testing.assert_allclose(outputs, np.maximum(expected, 0) @ PARAMS["U"], rtol=1e-4, atol=1e-6)


def test_the_arrays_of_a_patch_are_not_static():
    traces = []

    @jax.jit
    def apply(edits):
        traces.append(1)
        return NET.apply(PARAMS, X, edits)[0]

    for value in (1.0, 2.0):
        apply({"hidden.0": Patch(FIRST_ROWS, np.full((6, 4), value))})
    assert len(traces) == 1


def test_patches_are_mapped():
    values = jnp.arange(3.0)
    outputs = jax.vmap(lambda value: NET.apply(PARAMS, X, {"hidden.0": Patch(FIRST_ROWS, value)})[1]["hidden.0"])(
        values
    )
    np.testing.assert_array_equal(outputs[:, 0, 0], values)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (
            Patch(np.zeros(6, bool), 1.0),
            r"site 'hidden\.0': expected a patch with `where` of shape \(6, 4\), or .* \(6,\)",
        ),
        (
            Patch(True, np.zeros((6, 5))),
            r"site 'hidden\.0': expected a patch with a value of shape \(6, 4\), or .* \(6, 5\)",
        ),
        (Patch(np.ones((6, 4)), 1.0), r"site 'hidden\.0': expected a patch with Booleans in `where`, got float32"),
        (Shift(np.zeros((2, 4))), r"site 'hidden\.0': expected a shift of shape \(6, 4\), or .* got \(2, 4\)"),
        (np.zeros((2, 4)), r"site 'hidden\.0': expected an edit of shape \(6, 4\), or .* got \(2, 4\)"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit, sentence):
    with pytest.raises(ValueError, match=sentence):
        jax.jit(NET.apply)(PARAMS, X, {"hidden.0": edit})


def test_a_user_s_function_takes_patches_where_it_takes_edits():
    net = wrap(by_get, ("pre", "hidden"))
    check_net(net, WEIGHTS, X)
    own = net.apply(WEIGHTS, X)[1]["pre"]
    _, sites = net.apply(WEIGHTS, X, {"pre": Patch(FIRST_ROWS, 3.0), "hidden": Shift(1.0)})
    np.testing.assert_allclose(sites["pre"], np.where(FIRST_ROWS, 3.0, own), rtol=1e-6)
    np.testing.assert_allclose(sites["hidden"], np.maximum(sites["pre"], 0) + 1, rtol=1e-6)


def test_edits_may_be_handed_on_to_another_net():
    net = wrap(lambda params, x, edits: NET.apply(params, x, {**edits, "hidden.0": Shift(1.0)}), NET.sites)
    _, sites = net.apply(PARAMS, X, {"hidden.0.pre": Patch(FIRST_ROWS, 3.0)})
    np.testing.assert_allclose(sites["hidden.0"], np.maximum(np.where(FIRST_ROWS, 3.0, OWN), 0) + 1, rtol=1e-6)


def test_a_function_that_gives_no_own_value_is_told_how():
    net = wrap(by_item, ("pre", "hidden"))
    assert net.apply(WEIGHTS, X, {"pre": np.zeros((6, 6))})[1]["pre"].shape == (6, 6)
    with pytest.raises(
        ValueError, match=r"to change it by a Patch, got none; let `apply` read edits\.get\('pre', value"
    ):
        net.apply(WEIGHTS, X, {"pre": Patch(True, 0.0)})
    with pytest.raises(ValueError, match="to change it by a Shift"):
        net.apply(WEIGHTS, X, {"pre": Shift(0.0)})
    with pytest.raises(ValueError, match="to change it by a Patch"):
        check_net(net, WEIGHTS, X)


def ignores_where(params, x, edits):
    return by_get(params, x, {name: edit.value if isinstance(edit, Patch) else edit for name, edit in edits.items()})


def ignores_patches(params, x, edits):
    return by_get(params, x, {name: edit for name, edit in edits.items() if not isinstance(edit, Patch)})


@pytest.mark.parametrize(
    ("apply", "sentence"),
    [
        (ignores_where, "expected patches that hold nowhere to change nothing, got other values of outputs"),
        (ignores_patches, "site 'pre' does not react to patches: expected a Patch to be returned"),
    ],
)
def test_a_net_that_breaks_the_promise_of_patches_is_named(apply, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_net(wrap(apply, ("pre", "hidden")), WEIGHTS, X)


def test_a_step_s_sites_have_an_axis_of_time():
    x = np.arange(12.0).reshape(3, 4)
    outputs, sites = SUM.apply({"scale": 1.0}, x)
    np.testing.assert_allclose(sites["state"][:, :, 0], np.cumsum(x, axis=1))
    np.testing.assert_allclose(outputs, 2 * sites["state"])
    check_net(SUM, {"scale": 1.0}, x)


def forgets_edits(params, x, edits):
    tap, sites = tapping(edits)

    def step(tap, state, given):
        tap("state", tap("state.next", state + given))
        return state + given, state + given

    _, outputs = tap.over_time(step, jnp.zeros((len(x), 1)), x[:, :, None] * params["scale"])
    return outputs, sites


def test_a_state_that_no_step_reads_is_named_where_there_is_a_next_step():
    net = wrap(forgets_edits, SUM.sites)
    with pytest.raises(
        ValueError, match="site 'state' does not react to edits: expected an edit to change the outputs"
    ):
        check_net(net, {"scale": 1.0}, np.ones((2, 3)))
    check_net(net, {"scale": 1.0}, np.ones((2, 1)))


@pytest.mark.parametrize("site", SUM.sites)
def test_an_edit_at_one_time_changes_what_follows_it_alone(site):
    x, third = np.ones((2, 5)), (np.arange(5) == 2)[:, None]
    for edit in (Patch(third, 10.0), Shift(7.0 * third)):
        _, sites = jax.jit(SUM.apply)({"scale": 1.0}, x, {site: edit})
        np.testing.assert_allclose(sites["state"][:, :, 0], [[1, 2, 10, 11, 12]] * 2)


def test_an_edit_along_time_of_another_shape_is_refused():
    with pytest.raises(
        ValueError, match=r"site 'state': expected an edit of shape \(2, 5, 1\), or that .* \(2, 4, 1\)"
    ):
        SUM.apply({"scale": 1.0}, np.ones((2, 5)), {"state": np.zeros((2, 4, 1))})


def test_a_snap_takes_the_nearest_codeword_that_is_allowed_at_each_time():
    x, words = np.array([[1.0, 1.0, 1.0], [2.0, 0.0, -1.0]]), np.array([[0.0], [1.4], [5.0]])
    every, second = np.ones(3, dtype=bool), np.array([False, True, False])
    outputs, sites = jax.jit(SUM.apply)({"scale": 1.0}, x, {"state": Snap(every, words)})
    np.testing.assert_allclose(sites["state"][..., 0], [[1.4, 1.4, 1.4], [1.4, 1.4, 0.0]], rtol=1e-6)
    np.testing.assert_allclose(sites["state.next"][..., 0], [[1.0, 2.4, 2.4], [2.0, 1.4, 0.4]], rtol=1e-6)
    at_once = SUM.apply({"scale": 1.0}, x, {"state": Snap((np.arange(3) == 0)[:, None] & second, words)})[1]["state"]
    np.testing.assert_allclose(at_once[..., 0], [[1.4, 2.4, 3.4], [1.4, 1.4, 0.4]], rtol=1e-6)
    assert outputs.shape == (2, 3, 1)


@pytest.mark.parametrize(
    ("snap", "message"),
    [
        (
            Snap(np.array(True), np.zeros((3, 2))),
            "site 'state': expected codewords .any number, 1. to snap to, got .3, 2.",
        ),
        (Snap(np.ones(2, dtype=bool), np.zeros((3, 1))), "site 'state': expected a snap with `allowed` of shape"),
    ],
)
def test_a_snap_to_other_shapes_is_refused(snap, message):
    with pytest.raises(ValueError, match=message):
        SUM.apply({"scale": 1.0}, np.ones((2, 3)), {"state": snap})
