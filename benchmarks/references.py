"""What a person would write for the 62 stream tasks of MIPS: their definitions as loops, to hold found loops' sizes to.

Nothing searches with these. One line a family of tasks, {n} standing for the size, as `loops.shown` writes loops.
"""

from collections.abc import Mapping

from benchmarks.loop_lines import loop_of
from benchmarks.tasks.mips import MIPS62

PAIRS = ("base_addition", "bitwise_xor", "bitwise_or", "bitwise_and", "bit_dot_prod_mod2", "newton_magnetic")
COUNTS = "s from 0 by (add s (truth (eq x 0))); t from 0 by (add t (truth (eq x 1)))"
THIRD, FOURTH = (f"{name} from 0 by (add {name} (truth (eq x {value})))" for name, value in (("u", 2), ("v", 3)))
TWO = "(truth (lt s' t'))"
THREE = f"(if_int (lt (max s' t') u') 2 {TWO})"
LAST = "p from 0 by x; q from 0 by p"
ALTERNATING = "(and (not (eq x p)) (not (eq p q)))"
REFERENCES: Mapping[str, str | Mapping[int, str]] = {
    "base_addition": "c from 0 by (floordiv (add c (add a b)) {n}); (mod (add c (add a b)) {n})",
    "bitwise_xor": "(mod (add a b) 2)",
    "bitwise_or": "(max a b)",
    "bitwise_and": "(min a b)",
    "bitwise_not": "(sub 1 x)",
    "parity_last": "w from 0 by the sum of the last {n} of x; (mod w' 2)",
    "parity_all": "s from 0 by (add s x); (mod s' 2)",
    "parity_zeros": "s from 0 by (add s (sub 1 x)); (mod s' 2)",
    "evens_counter": "s from 0 by (add s (truth (eq (mod x 2) 0))); s'",
    "sum_all": "s from 0 by (add s x); s'",
    "sum_last": "w from 0 by the sum of the last {n} of x; w'",
    "current_number": "x",
    "prev": "p from 0 by the oldest of the last {n} of x; p",
    "previous_equals_current": "p from 0 by x; (truth (eq x p))",
    "diff_last2": "p from 0 by x; (sub x p)",
    "abs_diff": "p from 0 by x; (abs (sub x p))",
    "abs_current": "(abs x)",
    "diff_abs_values": "p from 0 by x; (sub (abs x) (abs p))",
    "min_seen": "m from 9 by (min m x); m'",
    "max_seen": "m from 0 by (max m x); m'",
    "most_frequent": {
        2: f"{COUNTS}; {TWO}",
        3: f"{COUNTS}; {THIRD}; {THREE}",
        4: f"{COUNTS}; {THIRD}; {FOURTH}; (if_int (lt (max (max s' t') u') v') 3 {THREE})",
    },
    "evens_detector": "(truth (eq (mod x 2) 0))",
    "perfect_square_detector": "(truth (or (or (or (or (eq x 0) (eq x 1)) (eq x 4)) (eq x 9)) (eq x 16)))",
    "bit_palindrome": "f from 0 by (add (mul 2 f) x); g from 0 by (add g (mul x p)); p from 1 by (mul 2 p); "
    "(truth (eq f' g'))",
    "balanced_parenthesis": "d from 0 by (add d (sub 1 (mul 2 x))); m from 0 by (min m d'); "
    "(truth (and (eq d' 0) (eq m' 0)))",
    "parity_bits_mod2": "t from 0 by (add t 1); (mod t 2)",
    "alternating_last": {
        3: f"{LAST}; (truth {ALTERNATING})",
        4: f"{LAST}; r from 0 by q; (truth (and {ALTERNATING} (not (eq q r))))",
    },
    "bit_shift_right": "p from 0 by x; p",
    "bit_dot_prod_mod2": "s from 0 by (add s (mul a b)); (mod s' 2)",
    "div": "r from 0 by (mod (add (mul 2 r) x) {n}); (floordiv (add (mul 2 r) x) {n})",
    "add_mod": "s from 0 by (add s x); (mod s' {n})",
    "dithering": "r from 0 by (mod (add r x) 15); (floordiv (add r x) 15)",
    "newton_freebody": "v from 0 by (add v x); p from 0 by (add p v'); p'",
    "newton_gravity": "v from 0 by (add v (sub x 1)); p from 0 by (add p v'); p'",
    "newton_spring": "v from 0 by (add v (sub x p)); p from 0 by (add p v'); p'",
    "newton_magnetic": "u from 0 by (add u (sub a v)); v from 0 by (add v (add b u)); p from 0 by (add p u'); "
    "q from 0 by (add q v'); p'; q'",
}


def reference(task: str, size: int) -> str | None:
    """The definition of one of the 62, None for any other task."""
    if not any((row.task, row.size) == (task, size) for row in MIPS62):
        return None
    line = REFERENCES[task]
    return (line if isinstance(line, str) else line[size]).replace("{n}", str(size))


def reference_bits(task: str, size: int) -> float | None:
    """Its bits, counted as a found loop's are."""
    line = reference(task, size)
    return None if line is None else loop_of(line, ("a", "b") if task in PAIRS else ("x",)).bits
