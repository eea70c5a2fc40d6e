"""A user's own function as a net, and the check of its promises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nets import check_net, mlp, tapping, wrap

X = np.random.default_rng(0).integers(0, 5, (8, 2))
PARAMS = {"table": np.random.default_rng(1).normal(size=(5, 6)), "out": np.random.default_rng(2).normal(size=(6, 3))}


def good(params, x, edits):
    tap, sites = tapping(edits)
    pre = tap("pre", params["table"][x[:, 0]] + params["table"][x[:, 1]])
    return tap("hidden", jax.nn.relu(pre)) @ params["out"], sites


def test_a_wrapped_function_is_a_net():
    net = wrap(good, ("pre", "hidden"), name="mine")
    check_net(net, PARAMS, X)
    outputs, sites = net.apply(PARAMS, X)
    assert (net.name, tuple(sites)) == ("mine", ("pre", "hidden"))
    zeroed, _ = jax.jit(net.apply)(PARAMS, X, {"hidden": 0.0})
    assert np.abs(outputs).max() > 0.1
    assert np.all(np.asarray(zeroed) == 0.0)


def test_an_unknown_edit_is_refused():
    with pytest.raises(ValueError, match=r"net 'mine'.*got 'hiden'; the nearest is 'hidden'"):
        wrap(good, ("pre", "hidden"), name="mine").apply(PARAMS, X, {"hiden": 0.0})


def test_sites_that_were_not_declared_are_refused():
    with pytest.raises(ValueError, match=r"expected the sites \['pre'\], got \['hidden', 'pre'\]"):
        wrap(good, ("pre",)).apply(PARAMS, X)


def test_init_is_needed_only_to_train():
    with pytest.raises(ValueError, match="pass `init=` to `wrap`"):
        wrap(good, ("pre", "hidden")).init(jax.random.key(0))
    assert wrap(good, ("pre", "hidden"), init=lambda key: PARAMS).init(jax.random.key(0)) is PARAMS


def ignores_edits(params, x, edits):
    return good(params, x, {})


def reads_nothing_edited(params, x, edits):
    outputs, _ = good(params, x, {})
    return outputs, good(params, x, edits)[1]


def gives_nan(params, x, edits):
    outputs, sites = good(params, x, edits)
    return outputs * jnp.where(x[:, :1] == 0, jnp.nan, 1.0), sites


def sites_are_nan(params, x, edits):
    outputs, sites = good(params, x, edits)
    return outputs, sites | {"pre": sites["pre"] * jnp.nan}


def returns_outputs_alone(params, x, edits):
    return good(params, x, edits)[0]


def takes_no_edits(params, x):
    return good(params, x, {})


def misspells(params, x, edits):
    return good(params, x, edits)[0] @ params["outt"], {}


def adds_what_does_not_fit(params, x, edits):
    outputs, sites = good(params, x, edits)
    return outputs + jnp.ones(7), sites


def shows_another_value(params, x, edits):
    outputs, sites = good(params, x, edits)
    return outputs, sites if "pre" in edits else sites | {"pre": sites["pre"] + 1.0}


def reads_another_value(params, x, edits):
    shown = edits.get("pre", params["table"][x[:, 0]] + 1.0)
    read = edits.get("pre", params["table"][x[:, 0]])
    hidden = edits.get("hidden", jax.nn.relu(read))
    return hidden @ params["out"], {"pre": shown, "hidden": hidden}


def loses_a_site_in_small_batches(params, x, edits):
    outputs, sites = good(params, x, edits)
    return outputs, sites if len(x) == len(X) else {"pre": sites["pre"]}


def site_grows_with_the_batch(params, x, edits):
    outputs, sites = good(params, x, edits)
    return outputs, sites | {"pre": jnp.tile(sites["pre"], (1, len(x)))}


def site_without_batch(params, x, edits):
    outputs, sites = good(params, x, edits)
    return outputs, sites | {"pre": sites["pre"][0]}


def flat_outputs(params, x, edits):
    outputs, sites = good(params, x, edits)
    return outputs[:, 0], sites


def branches_on_values(params, x, edits):
    outputs, sites = good(params, x, edits)
    return (outputs if outputs.sum() > 0 else -outputs), sites


@pytest.mark.parametrize(
    ("apply", "sentence"),
    [
        (branches_on_values, "expected an `apply` that jax.jit can trace, got TracerBoolConversionError"),
        (ignores_edits, "site 'pre' does not react to edits: expected an edit to be returned"),
        (reads_nothing_edited, "site 'hidden' does not react to edits: expected an edit to change the outputs"),
        (returns_outputs_alone, r"expected `apply` to return \(outputs, a dict of arrays by site\), got \w+; return"),
        (
            takes_no_edits,
            r"TypeError \(.*takes 2 positional arguments.*it gets \(params, x of int64 \(8, 2\), edits as",
        ),
        (misspells, r"KeyError \('outt'\) at test_wrap.py, line \d+: return good\(params, x, edits\)\[0\] @ params"),
        (
            adds_what_does_not_fit,
            r"expected an `apply` that runs, got \w+ \(.*\) at test_wrap.py, line \d+: return outputs \+",
        ),
        (
            shows_another_value,
            "expected patches that hold nowhere to change nothing, got other values of pre",
        ),
        (
            reads_another_value,
            "site 'pre': expected an edit by its own values to change nothing, got other values of out",
        ),
        (gives_nan, "outputs: expected numbers, got NaN for"),
        (sites_are_nan, "pre: expected numbers, got NaN for 8 of 8 inputs"),
        (loses_a_site_in_small_batches, r"expected the sites|expected the same sites for every batch"),
        (site_grows_with_the_batch, "site 'pre': expected shape .* only the batch axis may change"),
        (site_without_batch, "pre: expected a batch axis of 8"),
        (flat_outputs, r"expected outputs of shape \(8, classes\), or \(8, positions, classes\), got \(8,\)"),
    ],
)
def test_a_broken_promise_is_named(apply, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_net(wrap(apply, ("pre", "hidden")), PARAMS, X)


def test_the_check_does_not_rest_on_wrap():
    net = wrap(good, ("pre", "hidden"))
    bare = type(net)(name="bare", init=net.init, apply=lambda p, x, edits=None: good(p, x, edits or {}), sites=("pre",))
    with pytest.raises(ValueError, match=r"expected the sites \['pre'\]"):
        check_net(bare, PARAMS, X)


@pytest.mark.parametrize("name", ["table", "out"])
def test_dead_units_and_a_readout_of_zeros_keep_every_promise(name):
    dead = {**PARAMS, "table": PARAMS["table"] - 50.0} if name == "table" else {**PARAMS, "out": np.zeros((6, 3))}
    check_net(wrap(good, ("pre", "hidden")), dead, X)


@pytest.mark.parametrize("scale", [1e18, 1e-18])
def test_the_check_knows_no_scale(scale):
    net = wrap(good, ("pre", "hidden"))
    check_net(net, {**PARAMS, "out": PARAMS["out"] * scale}, X)
    check_net(net, {**PARAMS, "table": PARAMS["table"] * scale}, X)
    with pytest.raises(ValueError, match="does not react"):
        check_net(wrap(ignores_edits, ("pre", "hidden")), {**PARAMS, "table": PARAMS["table"] * scale}, X)


@pytest.mark.parametrize(("gain", "broken"), [(3e3, False), (1.0, True)])
def test_rounding_that_a_net_raises_is_no_broken_promise(gain, broken):
    """Scores of thousands turn a last digit, which edits may change, into more than nothing."""

    def apply(params, x, edits):
        tap, sites = tapping(edits)
        digit = 1.0 + (3e-7 if not broken else 1e-3) * bool(edits)
        pre = tap("pre", params["table"][x[:, 0]] + params["table"][x[:, 1]])
        return tap("steep", jnp.sin(gain * digit * pre)) @ params["out"], sites

    net = wrap(apply, ("pre", "steep"), name="steep")
    if broken:
        with pytest.raises(ValueError, match="patches that hold nowhere to change nothing"):
            check_net(net, PARAMS, X)
    else:
        check_net(net, PARAMS, X)


def test_an_array_that_does_not_fit_is_named_beside_the_shape_that_the_net_began_with():
    net = mlp(positions=2, alphabet=5, classes=3, width=4, embedding=6)
    params = net.init(jax.random.key(0))
    check_net(net, params, X)
    with pytest.raises(ValueError, match=r"its arrays are U \(7, 3\), \(4, 3\) at first"):
        check_net(net, {**params, "U": np.zeros((7, 3), np.float32)}, X)
