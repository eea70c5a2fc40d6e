"""Parameters of a sequence transformer from its parts."""

from typing import Any

import numpy as np

from benchmarks.controls.selects.parts import Base, Head, Parts, Units

LOUD = 10.0  # the right answer's output
TIE = 0.25  # of the smallest difference of two shares, by which a smaller value goes first


def weights(
    parts: Parts, alphabet: int, classes: int, time: int, reach: int | None
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The net's options, and its parameters in the directions of the bases, one after the other."""
    places: dict[str, slice] = {}
    width = 0
    for base in parts.bases:
        places[base.name] = slice(width, width + base.size)
        width += base.size
    layers = 1 + max([part.layer for part in (*parts.heads, *parts.units)], default=0)
    by_layer = [[head for head in parts.heads if head.layer == layer] for layer in range(layers)]
    heads = max(1, *map(len, by_layer))
    inner = max([1, *(max(sum(t.key.size for t in head.terms), head.out.size) for head in parts.heads)])
    options: dict[str, Any] = {"layers": layers, "heads": heads, "head_width": inner, "width": width}
    params: dict[str, np.ndarray] = {name: np.zeros((layers, heads, width, inner)) for name in "QKV"}
    params["O"] = np.zeros((layers, heads, inner, width))
    embedding = np.zeros((alphabet, width))
    embedding[:, places["token"]] = np.eye(alphabet)
    params["E"] = embedding
    for name, letter in (("indices", "P"), ("to_end", "L")):
        if name in places:
            params[letter] = np.zeros((time, width))
            params[letter][:, places[name]] = np.eye(time)
    if reach is not None:
        params["R"] = np.zeros((layers, heads, 2 * reach + 1))
    for layer, some in enumerate(by_layer):
        for number, head in enumerate(some):
            put(params, places, head, layer, number, reach)
    options |= mlp(params, places, parts.units, layers, width)
    params["U"], params["c"] = read_out(parts, places, width, classes, time)
    return options, params


def put(
    params: dict[str, np.ndarray], places: dict[str, slice], head: Head, layer: int, number: int, reach: int | None
) -> None:
    inner, begin = params["Q"].shape[-1], 0
    for term in head.terms:
        columns = slice(begin, begin + term.key.size)
        params["Q"][layer, number, places[term.query.name], columns] += term.table * inner**0.5
        params["K"][layer, number, places[term.key.name], columns] += np.eye(term.key.size)
        begin += term.key.size
    out = slice(0, head.out.size)
    params["V"][layer, number, places[head.source.name], out] = head.value
    params["O"][layer, number, out, places[head.out.name]] = np.eye(head.out.size)
    for offset, score in head.distances.items():
        assert reach is not None
        params["R"][layer, number, reach + offset] = score


def mlp(
    params: dict[str, np.ndarray], places: dict[str, slice], units: tuple[Units, ...], layers: int, width: int
) -> dict[str, Any]:
    """All units of a layer beside each other; none where there are none in any layer."""
    if not units:
        return {"mlp": False}
    hidden = max(sum(len(each.bias) for each in units if each.layer == layer) for layer in range(layers))
    params |= {"W": np.zeros((layers, width, hidden)), "b": np.zeros((layers, hidden))}
    params |= {"D": np.zeros((layers, hidden, width)), "d": np.zeros((layers, width))}
    begins = [0] * layers
    for each in units:
        columns = slice(begins[each.layer], begins[each.layer] + len(each.bias))
        begins[each.layer] = columns.stop
        for base, table in each.reads:
            params["W"][each.layer, places[base.name], columns] += table
        params["b"][each.layer, columns] = each.bias
        params["D"][each.layer, columns, places[each.out.name]] = each.writes
        params["d"][each.layer, places[each.out.name]] += each.always
    return {"mlp": True, "hidden": hidden}


def read_out(
    parts: Parts, places: dict[str, slice], width: int, classes: int, time: int
) -> tuple[np.ndarray, np.ndarray]:
    base: Base = parts.answer.base
    out, bias = np.zeros((width, classes)), np.zeros(classes)
    for i, value in enumerate(parts.answer.values):
        if 0 <= value < classes:  # others are never asked for
            out[places[base.name].start + i, value] = LOUD
    if parts.most:
        bias = -TIE * LOUD / time * np.arange(classes) / classes
    return out, bias


STREAM = {"E": -1, "P": -1, "L": -1, "Q": 2, "K": 2, "V": 2, "O": -1, "W": 1, "D": -1, "d": -1, "U": 0}  # its axis


def widened(params: dict[str, np.ndarray], width: int) -> dict[str, np.ndarray]:
    """A stream of more directions, which nothing uses yet."""
    own = params["E"].shape[-1]
    if width < own:
        raise ValueError(f"compiled: expected a width of at least {own} for this program, got {width}; leave it out")

    def padded(name: str, values: np.ndarray) -> np.ndarray:
        ends = [(0, 0)] * values.ndim
        ends[STREAM[name]] = (0, width - own)
        return np.pad(values, ends)

    return {name: padded(name, values) if name in STREAM else values for name, values in params.items()}


def turned(params: dict[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    """Random rotations of the stream and, in every head, of queries with keys and of values with outs."""
    random = np.random.default_rng([seed, 11])
    layers, heads, width, inner = params["Q"].shape

    def rotation(size: int) -> np.ndarray:
        return np.linalg.qr(random.normal(size=(size, size)))[0]

    whole = rotation(width)
    made = {
        name: np.moveaxis(np.moveaxis(values, STREAM[name], -1) @ whole, -1, STREAM[name]) if name in STREAM else values
        for name, values in params.items()
    }
    for layer in range(layers):
        for head in range(heads):
            asked, told = rotation(inner), rotation(inner)
            for name in "QK":
                made[name][layer, head] = made[name][layer, head] @ asked
            made["V"][layer, head] = made["V"][layer, head] @ told
            made["O"][layer, head] = told.T @ made["O"][layer, head]
    return made
