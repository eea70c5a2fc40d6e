"""Fingerprints tell apart what differs in what it says, and nothing else."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy
from jax.random import key_data

from benchmarks.fingerprint import compiled, digest, primitive_print, samples_print
from benchmarks.names import find
from benchmarks.tasks import TASKS, Uniform
from nets import Net, wrap
from synth import INT, Fn, Primitive


def net(scale: float = 2.0, *, edited: bool = True, slope: float = 1.0, sites: tuple[str, ...] = ("a", "b")) -> Net:
    table = np.full((5, 7), scale)

    @jax.custom_jvp
    def same(x):
        return x

    same.defjvp(lambda primals, tangents: (primals[0], slope * tangents[0]))

    def apply(params, x, edits):
        given = edits if edited else {}
        first = given.get("a", params["w"][x].sum(axis=1))
        second = given.get("b", same(first @ table))
        return second * 1.0, {"a": first, "b": second}

    return wrap(apply, sites, init=lambda key: {"w": jax.random.normal(key, (4, 5))})


def untraced(key: jax.Array) -> dict[str, np.ndarray]:
    return {"w": np.zeros((4, 5)) + np.asarray(key_data(key))[0]}


INPUTS = np.zeros((2, 2), np.int32)
OTHERS = {
    "a constant": net(3.0),
    "what edits do": net(edited=False),
    "its gradient": net(slope=2.0),
    "the order of its sites": net(sites=("b", "a")),
    "its name": replace(net(), name="other"),
    "parameters that JAX cannot trace": replace(net(), init=untraced),
    "its first parameters": replace(net(), init=lambda key: {"w": jnp.ones((4, 5))}),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_net_is_another_one_by_what_it_computes(what: str) -> None:
    assert digest(*compiled(net(), INPUTS)) == digest(*compiled(net(), INPUTS))
    assert digest(*compiled(net(), INPUTS)) != digest(*compiled(OTHERS[what], INPUTS))


HALF = Primitive(
    name="half", type=Fn((INT,), INT), doc="Half.", run=lambda xp, a: a >> 1, sym=lambda a: sympy.floor(a / 2)
)


@pytest.mark.parametrize(
    "other",
    [
        replace(HALF, name="halved"),
        replace(HALF, bits=3.0),
        replace(HALF, run=lambda xp, a: (a + 1) >> 1),
        replace(HALF, sym=lambda a: sympy.floor((a + 1) / 2)),
    ],
)
def test_a_primitive_is_another_one_by_its_name_price_values_and_formula(other: Primitive) -> None:
    same = replace(HALF, doc="Half of it.", run=lambda xp, a: a // 2, sym=lambda x: sympy.floor(x / 2))
    assert primitive_print(same) == primitive_print(HALF)
    assert primitive_print(other) != primitive_print(HALF)


def test_a_task_on_samples_is_another_one_by_what_is_drawn_answered_and_counted() -> None:
    task = find("task", "reverse", TASKS)
    prints = {
        samples_print(each, 8)
        for each in (
            task,
            replace(task, oracle=lambda n, x: (x != n) * np.sort(x % n)),
            replace(task, mask=lambda n, x: x < n - 1),
            replace(task, train=Uniform(length=(2, 8))),
            replace(task, test=(*task.test, Uniform(length=(1, 9)))),
            replace(task, classes=lambda n: n + 1),
        )
    }
    assert len(prints) == 6
    assert samples_print(replace(task, doc="Other words."), 8) in prints
