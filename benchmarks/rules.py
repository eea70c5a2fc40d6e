"""The rules of games on boards: what the synthesizer finds by games, and what is read from a net, beside each other."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.tasks import Task
from benchmarks.tasks.drawn import sample
from synth.search.games import Board, Rules, rules_of

FRESH = 2000  # games on which rules are checked
SEED = 11


def find_rules(task: Task, sizes: Sequence[int]) -> tuple[dict[str, dict[str, Any]], str]:
    """Fields of the record by size, and a sentence: the rules by the games that nets are fitted on."""
    found = {str(size): _found(task, size) for size in sizes}
    return found, "; ".join(dict.fromkeys(record["program_statement"] for record in found.values()))


def _found(task: Task, size: int) -> dict[str, Any]:
    began, samples = time.process_time(), task.samples(size)
    assert samples is not None
    fit = samples.fit
    rules = rules_of(board_of(task, size), fit.arguments[0], fit.targets, fit.mask)
    seconds = time.process_time() - began
    if rules is None:
        return {
            "program_statement": f"no rules of few words over the squares were found in {seconds:.0f} s",
            "program_seconds": seconds,
            "synth_strict": False,
        }
    strict = holds(task, size, rules)
    right = "right" if strict else "not all right"
    return {
        "program": rules.text,
        "program_statement": f"rules of {rules.bits:.0f} bits, {right} on {FRESH:,} fresh games; whether there are "
        "shorter ones is not known",
        "program_seconds": seconds,
        "bits_program": rules.bits,
        "synth_strict": strict,
    }


def board_of(task: Task, size: int) -> Board:
    assert task.board is not None
    return task.board(size)


def holds(task: Task, size: int, rules: Rules) -> bool:
    """Whether rules give every answer that counts in fresh games."""
    fresh = sample(task, task.test[0], size, FRESH, [SEED, size])
    told = rules.allowed(rules.along(fresh.arguments[0]))
    right = (told == fresh.targets).all(axis=-1)
    return bool((right if fresh.mask is None else right | ~fresh.mask).all())


def net_fields(task: Task, size: int, rules: Rules | None, line: str | None) -> dict[str, Any]:
    """What a record says of the rules that were read from a net, beside the synthesizer's."""
    if rules is None:
        return {}
    found = {"net_program": rules.text, "net_strict": holds(task, size, rules)}
    return found if line is None else found | same(task, size, rules, Rules.read(rules.board, line))


def same(task: Task, size: int, one: Rules, other: Rules) -> dict[str, Any]:
    """Whether they are one text, or say the same in fresh games."""
    if one.text == other.text:
        return {"same_function": "equal", "same_how": "one text", "same_program": True}
    moves = sample(task, task.test[0], size, FRESH, [SEED + 1, size]).arguments[0]
    apart = np.argwhere((one.allowed(one.along(moves)) != other.allowed(other.along(moves))).any(axis=-1))
    if not len(apart):
        return {"same_function": "alike", "same_how": f"alike in {FRESH:,} fresh games", "same_program": False}
    row, place = apart[0]
    game = " ".join(map(str, moves[row, : place + 1]))
    return {"same_function": "different", "same_how": f"they differ after {game}", "same_program": False}
