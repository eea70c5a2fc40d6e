"""Numba's loops of the search for step functions."""

import numpy as np
from numba import njit


@njit(cache=True)
def determined(tables, widths, drives, keys, symbols, answers, lengths, starts, most):  # pragma: no cover
    """How many pairs of label and symbol each step function meets, 0 where one pair has two answers.

    `tables` (functions, labels x values) is the next label for a label and a value, -1 where it leaves the labels;
    `drives` (drives, rows, time) the values; `keys` (rows, time) the symbols, below `symbols`; `starts` are labels. Of
    (functions, drives, starts); `most` is the largest number of pairs that still tells something.
    """
    functions, count = tables.shape[0], drives.shape[0]
    labels = tables.shape[1] // widths
    found = np.zeros((functions, count, len(starts)), np.int32)
    stamp = np.zeros(labels * symbols, np.int64)
    held = np.zeros(labels * symbols, np.int32)
    turn = 0
    for f in range(functions):
        for d in range(count):
            for b in range(len(starts)):
                turn += 1
                pairs, fine = 0, True
                for row in range(keys.shape[0]):
                    label = starts[b]
                    for t in range(lengths[row]):
                        key = label * symbols + keys[row, t]
                        if stamp[key] != turn:
                            stamp[key] = turn
                            held[key] = answers[row, t]
                            pairs += 1
                        elif held[key] != answers[row, t]:
                            fine = False
                            break
                        value = drives[d, row, t]
                        if value < 0:
                            fine = False
                            break
                        label = tables[f, label * widths + value]
                        if label < 0:
                            if t + 1 < lengths[row]:
                                fine = False
                            break
                    if not fine or pairs > most:
                        fine = False
                        break
                if fine:
                    found[f, d, b] = pairs
    return found


RELATIONS = ("eq", "lt", "le", "add", "sub", "mul", "max", "min")  # by their number in `related`


@njit(cache=True)
def related(values, bits, answers, limit):  # pragma: no cover
    """The cheapest pair of rows of which a relation gives the answers: (first, second, relation), or -1 thrice.

    `values` (n, positions), the cheapest rows first; pairs of `limit` bits or more are not looked at.
    """
    best = (-1, -1, -1)
    for i in range(len(values)):
        if bits[i] + bits[0] >= limit:
            break
        for j in range(len(values)):
            if bits[i] + bits[j] >= limit:
                break
            for relation in range(8):
                if j > i and (relation == 0 or relation == 3 or relation >= 5):
                    continue
                fine = True
                for n in range(len(answers)):
                    u, v = values[i, n], values[j, n]
                    if relation == 0:
                        y = np.int64(u == v)
                    elif relation == 1:
                        y = np.int64(u < v)
                    elif relation == 2:
                        y = np.int64(u <= v)
                    elif relation == 3:
                        y = u + v
                    elif relation == 4:
                        y = u - v
                    elif relation == 5:
                        y = u * v
                    elif relation == 6:
                        y = max(u, v)
                    else:
                        y = min(u, v)
                    if y != answers[n]:
                        fine = False
                        break
                if fine:
                    best, limit = (i, j, relation), bits[i] + bits[j]
    return best
