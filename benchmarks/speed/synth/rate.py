"""RATE: how many programs a second, against kernels written by hand, against numpy alone and against plain Python."""

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.speed.synth import reference
from benchmarks.speed.synth.banks import Built, build, count_level, empty_bank, sweep
from benchmarks.speed.synth.cold import starts
from benchmarks.speed.synth.plain import INTEGERS, Enumerated, enumerate_plain, integer_leaves
from benchmarks.speed.synth.rate_language import PARTIAL, TOTAL, WORDS, by_size
from benchmarks.speed.synth.rate_others import SPACES, measure
from benchmarks.speed.synth.section import Figure, Options, Progress, Section, middle, shown
from synth import INT, uniform_language
from synth.bank.bank import Bank
from synth.language.grammar import EIGHTHS

LARGE, SMALL, PLAIN = 11, 9, 5  # sizes
DISTINCT = {
    ("dropped", LARGE): 10_054_435,
    ("total", LARGE): 24_406_100,
    ("dropped", SMALL): 450_151,
    ("total", SMALL): 944_967,
}
BARS = {"numba": 3.0, "numpy": 8.0}  # seconds to size LARGE without the candidates that divide by 0
RUNS = 3
BITS = 44.0  # of the typed grammar: about as many programs as to size LARGE
NAMES = ("x", "y")
COLUMNS = ("space", "backend", "s", "candidates/s", "distinct", "distinct/s", "bytes/program", "table bytes/program")

Rows = list[tuple[str, ...]]


def run(options: Options, progress: Progress) -> Section:
    rows: Rows = []
    figures: list[Figure] = []
    if "numba" in options.backends:
        figures += compiled(rows, progress)
    if "numpy" in options.backends:
        progress("RATE: numpy")
        figures += by_numpy(rows)
    if "jax" in options.backends:
        progress("RATE: jax")
        figures += by_jax(rows)
    figures += plainly(rows, figures, progress)
    for space in SPACES:
        for backend in (name for name in options.backends if name != "jax"):
            progress(f"RATE: {space.name} with {backend}")
            built = measure(space, backend)
            rows.append(row(space.name, backend, built))
            figures.append(Figure(name=f"RATE {space.name} {backend}", value=built.rate, unit="candidates/s"))
    return Section(name="RATE", columns=COLUMNS, rows=tuple(rows), figures=tuple(figures))


def rate_columns() -> dict[str, np.ndarray]:
    return dict(zip(NAMES, reference.rate_inputs(), strict=True))


def compiled(rows: Rows, progress: Progress) -> list[Figure]:
    """With numba: the space by size beside the hand-written kernels, the unstored levels, by bits, and cold."""
    progress("RATE: pages and kernels")
    bank = empty_bank(by_size(PARTIAL, WORDS), rate_columns(), INT, "numba")
    build(bank, INT, LARGE * EIGHTHS)
    figures = side_by_side(bank, rows, progress)
    progress("RATE: last level")
    figures += last_level(bank)
    seconds = bank_seconds(figures)
    del bank
    progress("RATE: in order of bits")
    figures += in_bits(rows, seconds)
    progress("RATE: total language")
    total = empty_bank(by_size(TOTAL, WORDS), rate_columns(), INT, "numba")
    built = build(total, INT, LARGE * EIGHTHS)
    rows.append(row("size 11, total", "numba", built))
    figures.append(count("total", LARGE, built.distinct))
    progress("RATE: cold start")
    return figures + starts()


def bank_seconds(figures: Sequence[Figure]) -> float:
    """Seconds a candidate of the space by size."""
    return 1.0 / next(figure.value for figure in figures if figure.name == "RATE numba")


def side_by_side(bank: Bank, rows: Rows, progress: Progress) -> list[Figure]:
    """The bank and the hand-written kernels in turn."""
    store = reference.reserve(DISTINCT["dropped", LARGE] + 2 * reference.BLOCK)
    reference.enumerate_sizes(store, SMALL, False)
    ours: list[Built] = []
    theirs: list[float] = []
    space = reference.Space(distinct=(0,), candidates=0, table_bytes=0)
    for turn in range(RUNS):
        progress(f"RATE: bank and hand-written kernels, {turn + 1} of {RUNS}")
        ours.append(build(bank, INT, LARGE * EIGHTHS))
        began = time.process_time()
        space = reference.enumerate_sizes(store, LARGE, False)
        theirs.append(time.process_time() - began)
    ratio = middle(one.seconds / other for one, other in zip(ours, theirs, strict=True))
    best = sorted(ours, key=lambda one: one.seconds)[RUNS // 2]
    rows.append(row("size 11, zero divisors dropped", "numba", best))
    by_hand = Built(
        seconds=middle(theirs),
        candidates=space.candidates,
        distinct=space.distinct[-1],
        stored=space.distinct[-1],
        program_bytes=reference.bytes_each(store),
        table_bytes=space.table_bytes / space.distinct[-1],
    )
    rows.append(row("the same", "by hand", by_hand))
    return [
        count("dropped", LARGE, best.distinct),
        Figure(name="RATE time numba", value=best.seconds, unit="s", sign="<=", bar=BARS["numba"]),
        Figure(name="RATE numba", value=best.rate, unit="candidates/s"),
        Figure(name="RATE distinct numba", value=best.distinct / best.seconds, unit="/s"),
        Figure(name="RATE over the hand-written kernel", value=ratio, unit="times", sign="<=", bar=1.2),
        Figure(name="RATE memory", value=best.program_bytes, unit="bytes/program", sign="<=", bar=160),
        Figure(name="RATE table", value=best.table_bytes, unit="bytes/program"),
    ]


def last_level(bank: Bank) -> list[Figure]:
    """Levels above a full bank, against a 0/1, a small and a large target that no program meets."""
    x, y = reference.rate_inputs()
    wild = np.random.default_rng(0).integers(0, 1 << 40, reference.ROWS)
    targets = {"0/1": wild % 2, "mod 3": wild % 3, "large": wild + x * y}
    figures = []
    for size in (LARGE + 1, LARGE + 2):
        candidates = count_level(bank, INT, size * EIGHTHS, targets["large"])
        for name, values in targets.items():
            speed = candidates / sweep(bank, INT, size * EIGHTHS, values)
            figures.append(Figure(name=f"RATE unstored size {size} {name}", value=speed, unit="candidates/s"))
    least = min(figure.value for figure in figures[len(targets) :])
    return [*figures, Figure(name="RATE unstored", value=least, unit="candidates/s", sign=">=", bar=300e6)]


def in_bits(rows: Rows, seconds: float) -> list[Figure]:
    """The same language with the costs of its typed grammar, which fall on eighths of a bit."""
    bank = empty_bank(uniform_language(PARTIAL, WORDS), rate_columns(), INT, "numba")
    build(bank, INT, int(BITS * EIGHTHS))
    built = build(bank, INT, int(BITS * EIGHTHS))
    rows.append(row(f"{BITS:g} bits, zero divisors dropped", "numba", built))
    slower = built.seconds / built.candidates / seconds
    return [Figure(name="RATE a candidate in order of bits", value=slower, unit="times", sign="<=", bar=1.5)]


def by_numpy(rows: Rows) -> list[Figure]:
    bank = empty_bank(by_size(PARTIAL, WORDS), rate_columns(), INT, "numpy")
    build(bank, INT, LARGE * EIGHTHS)
    built = build(bank, INT, LARGE * EIGHTHS)
    rows.append(row("size 11, zero divisors dropped", "numpy", built))
    return [
        Figure(name="RATE distinct numpy, size 11", value=built.distinct, sign="==", bar=DISTINCT["dropped", LARGE]),
        Figure(name="RATE time numpy", value=built.seconds, unit="s", sign="<=", bar=BARS["numpy"]),
        Figure(name="RATE numpy", value=built.rate, unit="candidates/s"),
    ]


def by_jax(rows: Rows) -> list[Figure]:
    """On the device that JAX finds, in the wall's seconds: the space by size, and the level two above it unstored."""
    import jax

    device, clock = jax.devices()[0], time.perf_counter
    size = SMALL if device.platform == "cpu" else LARGE
    bank = empty_bank(by_size(PARTIAL, WORDS), rate_columns(), INT, "jax")
    built = [build(bank, INT, size * EIGHTHS, clock) for _ in range(RUNS)][-1]  # the others compile
    x, y = reference.rate_inputs()
    target = np.random.default_rng(0).integers(0, 1 << 40, reference.ROWS) + x * y
    candidates = count_level(bank, INT, (size + 2) * EIGHTHS, target)
    speed = candidates / sweep(bank, INT, (size + 2) * EIGHTHS, target, clock)
    name = f"jax on {device.device_kind}"
    rows.append(row(f"size {size}, zero divisors dropped", name, built))
    return [
        Figure(name="RATE distinct jax", value=built.distinct, sign="==", bar=DISTINCT["dropped", size]),
        Figure(name=f"RATE {name}", value=built.rate, unit="candidates/s"),
        Figure(name=f"RATE unstored {name}", value=speed, unit="candidates/s"),
    ]


def plainly(rows: Rows, figures: Sequence[Figure], progress: Progress) -> list[Figure]:
    progress("RATE: plain Python")
    x, y = reference.rate_inputs()
    plain = enumerate_plain(integer_leaves(x, y), INTEGERS, None, 60.0, PLAIN)
    rows.append(plain_row(plain))
    speed = plain.candidates / plain.seconds
    ratios = [
        Figure(name=f"{figure.name} over plain Python", value=figure.value / speed, unit="times")
        for figure in figures
        if figure.name in ("RATE numba", "RATE numpy")
    ]
    return [Figure(name="RATE plain Python", value=speed, unit="candidates/s"), *ratios]


def count(which: str, size: int, distinct: int) -> Figure:
    return Figure(name=f"RATE distinct, size {size} {which}", value=distinct, sign="==", bar=DISTINCT[which, size])


def row(space: str, backend: str, built: Built) -> tuple[str, ...]:
    return (
        space,
        backend,
        f"{built.seconds:.3f}",
        shown(built.rate),
        shown(built.distinct),
        shown(built.distinct / built.seconds),
        f"{built.program_bytes:.1f}",
        f"{built.table_bytes:.1f}",
    )


def plain_row(plain: Enumerated) -> tuple[str, ...]:
    speed = (plain.candidates / plain.seconds, plain.distinct, plain.distinct / plain.seconds)
    return (f"size {PLAIN}, total", "plain Python", f"{plain.seconds:.3f}", *map(shown, speed), "-", "-")
