"""Tasks that ask for the programs that transformers are compiled from, on rows as the compiled nets take them."""

from benchmarks.controls.control import ASKED
from benchmarks.controls.selects.known import KNOWN, WORDS, Known
from benchmarks.tasks import Own, Task
from synth.language.types import SEQUENCE, Fn


def asked(one: Known) -> Task:
    return Task(
        name=f"{ASKED}{one.name}",
        doc=f"What {one.doc} says." if len(one.doc) < 80 else f"What the known program {one.name!r} says.",
        type=Fn((SEQUENCE,), SEQUENCE),
        oracle=one.answers,
        sizes=(one.letters,),
        values=one.symbols,
        classes=one.classes,
        library=WORDS,
        train=Own(one.rows, "rows"),
        test=(Own(one.rows, "rows"),),
        mask=one.mask,
    )


TASKS = {one.name: asked(one) for one in KNOWN}
PREVIOUS, INDUCTION, TWO_AFTER = (TASKS[name] for name in ("previous", "induction", "two_after"))
HISTOGRAM, MOST_COMMON, FRACTION, RANK = (TASKS[name] for name in ("histogram", "most_common", "fraction", "rank"))
REVERSE, THREE_BACK = (TASKS[name] for name in ("reverse", "three_back"))
SORT_UNIQUE, RUNNING_MAX, NEXT_LARGER = (TASKS[name] for name in ("sort_unique", "running_max", "next_larger"))
PAIR_BALANCE, MAY_CLOSE, SHUFFLE_DYCK = (TASKS[name] for name in ("pair_balance", "may_close", "shuffle_dyck"))
ONE_HOP, TWO_HOPS = (TASKS[name] for name in ("one_hop", "two_hops"))
