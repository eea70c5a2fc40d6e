"""Reading a net: its outputs and sites on a sample, in blocks, and the effect of a site on the outputs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from compare.checks import answers_of, inputs_of, refuse_nan, row_numbers, site_shapes
from compare.sample import Sample, Samples, joined
from compare.view import View
from nets.edits import Partial, Patch, Shift, Snap, fit, rows_of
from nets.net import QUICKLY, Net, Params
from synth.language.spec import Spec

Given = np.ndarray | Array | Patch | Shift | Snap

BLOCK_VALUES = 2**24  # floats a site may hold in one block: 64 MiB
SCALED = 2.0**20  # largest magnitudes beyond this, or below one by it, are read in a unit of their own
SAMPLED = 64  # rows by which a unit is chosen
NO_DOMAIN = "read: expected a specification with an enumerable domain, got none; give `domain` to the Spec, or samples"
NO_SCALES: Mapping[str, float] = {}


@partial(jax.jit, static_argnames=("net", "keep"), compiler_options=QUICKLY)
def _apply(net: Net, params: Params, x: Array, edits: Mapping[str, Any], keep: tuple[str, ...]) -> tuple:
    outputs, sites = net.apply(params, x, edits)
    return outputs, {name: sites[name] for name in keep}


def evaluate(
    net: Net,
    params: Params,
    x: Int[np.ndarray, "rows positions"] | Float[np.ndarray, "rows ..."],
    edits: Mapping[str, Given] | None = None,
    keep: Sequence[str] = (),
    block: int = 16384,
    scales: Mapping[str, float] = NO_SCALES,
) -> tuple[Float[np.ndarray, "rows ... classes"], dict[str, np.ndarray]]:
    """Outputs and the kept sites of the edited net, computed in blocks of one shape (the last block is padded).

    `scales` holds, by site and for "outputs", by what given edits are multiplied and what is read is divided.
    """
    rows = len(x)
    block = min(block, rows)
    outputs: list[np.ndarray] = []
    kept = tuple(dict.fromkeys(keep))
    sites: dict[str, list[np.ndarray]] = {name: [] for name in kept}
    for start in range(0, rows, block):
        index = np.minimum(np.arange(start, start + block), rows - 1)
        whole = start == 0 and block == rows
        cut = {name: value if whole else rows_of(value, index) for name, value in (edits or {}).items()}
        cut = {name: _scaled(value, scales[name]) if name in scales else value for name, value in cut.items()}
        out, read = _apply(net, params, jnp.asarray(x[index]), cut, kept)
        size = min(block, rows - start)
        outputs.append(_single(out, scales.get("outputs"))[:size])
        for name in kept:
            sites[name].append(_single(read[name], scales.get(name))[:size])
    return np.concatenate(outputs), {name: np.concatenate(parts) for name, parts in sites.items()}


def _scaled(edit: Given, scale: float) -> Given:
    if isinstance(edit, Snap):
        return Snap(edit.allowed, jnp.asarray(edit.codewords) * scale)
    return Patch(edit.where, edit.value * scale) if isinstance(edit, Patch) else jax.tree.map(lambda v: v * scale, edit)


def _single(values: Array, scale: float | None) -> np.ndarray:
    """Divided by the scale, as an array of float32, whatever floats the net computes in; integers stay."""
    given = np.asarray(values) if scale is None else np.asarray(values) / scale
    return given if np.issubdtype(given.dtype, np.integer) else given.astype(np.float32, copy=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A net on the whole domain of its specification, or on samples. Sites are read when first asked for, then kept.

    There is one answer a row, or one a position of a row, of which those count that `mask` says. Squares of very large
    or small numbers do not fit single precision: `scales` has the powers of two by which such outputs and sites are
    divided wherever they are read here, and multiplied where they are edited.
    """

    net: Net
    params: Params
    spec: Spec | None  # None where the synthesizer has no types for the task
    view: View
    arguments: tuple[np.ndarray, ...]  # one array (rows, ...) an argument
    x: Int[np.ndarray, "rows positions"] | Float[np.ndarray, "rows ..."]
    outputs: Float[np.ndarray, "rows ... classes"]
    answers: Int[np.ndarray, "rows ..."]  # the net's, as the view decodes them
    targets: Int[np.ndarray, "rows ..."]  # the task's
    mask: Bool[np.ndarray, "rows positions"] | None = None  # which positions count; None: all
    exhaustive: bool = True  # the rows are every input that there is
    train: Int[np.ndarray, " train"] | None  # rows the net was trained on; None when unknown or not trained
    fitted: Int[np.ndarray, " half"]  # rows that constants may be fitted on
    reported: Int[np.ndarray, " half"]  # the other rows
    longer: tuple["Reading", ...] = ()  # on inputs beyond the training range
    trained: "Reading | None" = None  # on what the net was trained on, where that is a fixed set of other rows
    shapes: Mapping[str, tuple[int, ...]]  # of every site, without the batch axis
    seed: int
    scales: Mapping[str, float] = field(default_factory=dict)  # by site, and for "outputs"; 1 where there is none
    cache: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> int:
        return len(self.x)

    @property
    def block(self) -> int:
        """Rows in a block, so that the largest site stays within BLOCK_VALUES."""
        widest = max((int(np.prod(shape)) for shape in self.shapes.values()), default=1)
        return int(np.clip(BLOCK_VALUES // max(widest, 1), 64, 16384))

    def site(self, name: str) -> np.ndarray:
        """A site's values over the domain, shape (rows, ...)."""
        if name not in self.cache:
            self.cache[name] = self.run(keep=(name,))[1][name]
        return self.cache[name]

    def read_together(self, names: Iterable[str]) -> None:
        """These sites in one run, so that the net is compiled for it once."""
        missing = [name for name in names if name not in self.cache]
        if missing:
            self.cache.update(self.run(keep=missing)[1])

    def run(
        self,
        edits: Mapping[str, Given] | None = None,
        keep: Sequence[str] = (),
        rows: Int[np.ndarray, " n"] | None = None,
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Outputs and kept sites on `rows` (all when None); `edits` are given for exactly these rows."""
        x, given = _at(self.x, rows), dict(edits or {})
        for name, edit in given.items():
            if name in self.shapes and isinstance(edit, Partial):  # with all axes, so that rows can be taken
                given[name] = fit(name, (len(x), *self.shapes[name]), edit)
        outputs, sites = evaluate(self.net, self.params, x, given, keep, self.block, self.scales)
        if not given:
            for name, values in sites.items():
                refuse_nan(self.net, name, values, x, rows)
        return outputs, sites

    def counted(self, answers: np.ndarray, rows: Int[np.ndarray, " n"] | None = None) -> np.ndarray:
        """The answers that count, one after the other; they are given for `rows`, all when None."""
        lead = answers.ndim - self.view.answers.axes
        if lead < 2:
            return answers
        if self.mask is None:
            return answers.reshape(-1, *answers.shape[2:])
        return answers[self.mask if rows is None else self.mask[rows]]

    def alike(self, answers: np.ndarray, rows: Int[np.ndarray, " n"] | None = None) -> Bool[np.ndarray, " counted"]:
        """Which of the counted answers are the net's own; they are given for `rows`, all when None."""
        return self.view.answers.alike(*self._beside(answers, self.answers, rows))

    def right(self, rows: Int[np.ndarray, " n"]) -> Bool[np.ndarray, " counted"]:
        """Which of the net's counted answers to these rows are the task's."""
        return self.alike(_at(self.targets, rows), rows)

    def agreement(self, answers: np.ndarray, rows: Int[np.ndarray, " n"] | None = None) -> float:
        """Share of the counted answers that are the net's own, balanced where there are only two classes."""
        return self.view.answers.agreement(*self._beside(answers, self.answers, rows))

    def kept(self, edits: Mapping[str, Given], rows: Int[np.ndarray, " n"]) -> float:
        """The share of the net's own answers to these rows that stay with sites replaced."""
        return self.agreement(self.decode(self.run(edits, rows=rows)[0]), rows)

    def disagreement(self, answers: np.ndarray, rows: Int[np.ndarray, " n"] | None = None) -> float:
        """Share of the counted answers that are not the net's own, or the mean share a class where that is more."""
        return self.view.answers.disagreement(*self._beside(answers, self.answers, rows))

    def match(self, answers: np.ndarray, rows: Int[np.ndarray, " n"] | None = None) -> float:
        """Share of the counted answers that are right, balanced where there are only two classes."""
        return self.view.answers.agreement(*self._beside(answers, self.targets, rows))

    def _beside(
        self, answers: np.ndarray, truth: np.ndarray, rows: Int[np.ndarray, " n"] | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The answers that count, given for `rows`, and what they are held against there."""
        return self.counted(answers, rows), self.counted(_at(truth, rows), rows)

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """What is answered with these outputs, shape (rows, ...)."""
        given = jnp.asarray(outputs)
        return np.asarray(self.view.decode(given * self.scales["outputs"] if "outputs" in self.scales else given))

    def readout(self, site: str, probes: int = 4) -> tuple[Float[np.ndarray, "units classes"], float]:
        """Mean Jacobian of the outputs by the site's units, centred over classes, and its relative spread over inputs.

        A spread of 0 says that the outputs are linear in the site.
        """
        rows = np.random.default_rng(self.seed).choice(self.rows, size=min(probes, self.rows), replace=False)
        unit, outputs = self.scales.get(site, 1.0), self.scales.get("outputs", 1.0)
        values = self.run(keep=(site,), rows=rows)[1][site] * np.float32(unit)
        jacobians = np.stack(
            [
                np.asarray(_jacobian(self.net, self.params, self.x[[row]], jnp.asarray(value)[None], site))
                / outputs
                * unit
                for row, value in zip(rows, values, strict=True)
            ]
        )
        jacobians = jacobians - jacobians.mean(axis=1, keepdims=True) if jacobians.shape[1] > 1 else jacobians
        mean = jacobians.mean(axis=0)
        spread = float(((jacobians - mean) ** 2).sum() / max((jacobians**2).sum(), 1e-30))
        return mean.T, spread


@partial(jax.jit, static_argnames=("net", "site"), compiler_options=QUICKLY)
def _jacobian(net: Net, params: Params, x: Array, value: Array, site: str) -> Array:
    jacobian = jax.jacrev(lambda v: net.apply(params, x, {site: v})[0][0].reshape(-1))(value)
    return jacobian.reshape(jacobian.shape[0], -1)


def _at(values: np.ndarray, rows: Int[np.ndarray, " n"] | None) -> np.ndarray:
    return values if rows is None else values[rows]


def read(
    net: Net,
    params: Params,
    spec: Spec | None,
    view: View,
    *,
    samples: Samples | None = None,
    train: Int[np.ndarray, " train"] | None = None,
    seed: int = 0,
) -> Reading:
    """Run the net over the specification's domain, or on `samples`.

    Raises ValueError when there is neither, when `train` names rows outside the domain, or when the net answers NaN or
    gives a site another shape than (batch, ...).
    """
    given, fitted = _halves(spec, seed) if samples is None else _parts(samples)
    if samples is not None and train is not None:
        raise ValueError(
            "read: expected rows of the domain in `train`, got samples; give what was trained on as `trained` of them"
        )
    rows = np.arange(given.rows)
    numbers = None if train is None else row_numbers(train, given.rows)
    found = _read(net, params, spec, view, given, fitted, np.setdiff1d(rows, fitted), seed, train=numbers)
    if samples is None:
        return found
    longer = tuple(_whole(net, params, spec, view, part, seed, beyond=True) for part in samples.longer)
    trained = None if samples.trained is None else _whole(net, params, spec, view, samples.trained, seed)
    return replace(found, exhaustive=samples.exhaustive, longer=longer, trained=trained)


def _halves(spec: Spec | None, seed: int) -> tuple[Sample, Int[np.ndarray, " half"]]:
    """The domain with its right answers, and the rows of a seeded half of it."""
    if spec is None or spec.domain is None:
        raise ValueError(NO_DOMAIN)
    arguments = tuple(np.asarray(values) for values in spec.domain)
    targets, rows = np.asarray(spec.targets()), len(arguments[0])
    if targets.shape != (rows,):
        raise ValueError(
            f"read: expected an answer for each of the {rows} rows of the domain, got shape {targets.shape}; give the "
            "Spec an oracle that answers arrays (n,) with an array (n,), or outputs in the order of its domain"
        )
    order = np.random.default_rng([seed, 7]).permutation(rows)  # a stream that no split of train rows is drawn from
    return Sample(arguments=arguments, targets=targets), np.sort(order[: rows // 2])


def _parts(samples: Samples) -> tuple[Sample, Int[np.ndarray, " fitted"]]:
    return joined(samples.fit, samples.report), np.arange(samples.fit.rows)


def _whole(
    net: Net, params: Params, spec: Spec | None, view: View, sample: Sample, seed: int, *, beyond: bool = False
) -> Reading:
    """On rows that no constant is fitted on."""
    return _read(net, params, spec, view, sample, np.zeros(0, int), np.arange(sample.rows), seed, beyond=beyond)


def _read(
    net: Net,
    params: Params,
    spec: Spec | None,
    view: View,
    sample: Sample,
    fitted: np.ndarray,
    reported: np.ndarray,
    seed: int,
    train: np.ndarray | None = None,
    *,
    beyond: bool = False,
) -> Reading:
    """`beyond` the training range a net may leave the numbers; it answers there as outputs that are all 0 do."""
    x = inputs_of(view, sample.arguments)
    targets = answers_of(view.answers, sample.arguments, sample.targets)
    shapes = site_shapes(net, params, x, view.answers, targets)
    draft = Reading(
        net=net,
        params=params,
        spec=spec,
        view=view,
        arguments=sample.arguments,
        x=x,
        outputs=np.zeros((0, view.answers.width)),
        answers=np.zeros(0, int),
        targets=targets,
        mask=sample.mask,
        train=train,
        fitted=fitted,
        reported=reported,
        shapes=shapes,
        seed=seed,
        scales=_scales(net, params, x[:: max(len(x) // SAMPLED, 1)]),
    )
    outputs = draft.run()[0]
    if beyond:
        return _with_outputs(draft, np.where(np.isfinite(outputs).all(axis=-1, keepdims=True), outputs, 0.0))
    if not np.isfinite(outputs).all():
        bad = int(np.argmin(np.isfinite(outputs.reshape(len(x), -1)).all(axis=1)))
        for name in net.sites:
            draft.run(keep=(name,), rows=np.array([bad]))
        raise ValueError(
            f"net {net.name!r}: expected finite outputs, got {outputs[bad][:4]} for input {x[bad].tolist()}; "
            "check the parameters (a training run that diverged?)"
        )
    return _with_outputs(draft, outputs)


def _scales(net: Net, params: Params, x: np.ndarray) -> dict[str, float]:
    """The nearest powers of two of magnitudes that single precision would not square."""
    outputs, sites = _apply(net, params, jnp.asarray(x), {}, net.sites)
    found = {}
    for name, value in {"outputs": outputs, **sites}.items():
        given = np.asarray(value)
        top = 0.0 if np.issubdtype(given.dtype, np.integer) else float(np.abs(given).max(initial=0.0))
        if np.isfinite(top) and top > 0 and not 1 / SCALED <= top <= SCALED:
            found[name] = 2.0 ** round(np.log2(top))
    return found


def _with_outputs(draft: Reading, outputs: np.ndarray) -> Reading:
    return replace(draft, outputs=outputs, answers=draft.decode(outputs), cache={})
