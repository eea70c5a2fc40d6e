"""BV and HD: problem files in SyGuS-IF, given by examples or by a term, through the solver and through cvc5."""

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.speed.synth import cvc5_peer
from benchmarks.speed.synth.cvc5_peer import body_of
from benchmarks.speed.synth.section import (
    HASTE,
    Figure,
    Options,
    Progress,
    Section,
    Try,
    mean_ratio,
    middle,
    seconds,
    shown,
)
from benchmarks.speed.synth.smt_text import size_of
from synth import Budget, Found, solve
from synth.files.sygus import Problem, read_problem, specification, write_answers
from synth.proofs.constraints import Answer, solve_problem

WARM_SECONDS = 5.0
OWN = Path(__file__).parent / "problems"
PUBLIC = (
    "{name}: only the {count} small problems that come with the benchmark; the public ones are at "
    "https://github.com/SyGuS-Org/benchmarks, and --problems DIR takes a folder with subfolders {folder}"
)
BV, HD = ("bv",), ("hd", "hackers_delight")
COLUMNS = ("problem", "ours s", "size", "how", "cvc5 s", "size")


def run_bv(options: Options, progress: Progress) -> Section:
    """Functions of bit-vectors from examples; solved means right on all of them."""
    return run("BV", BV, options, progress)


def run_hd(options: Options, progress: Progress) -> Section:
    """Functions of bit-vectors given by a term; solved means proven for all inputs."""
    return run("HD", HD, options, progress)


def run(name: str, folders: tuple[str, ...], options: Options, progress: Progress) -> Section:
    paths, given = problem_files(folders, options.problems)
    peer = cvc5_peer.installed()
    for path in paths:
        progress(f"{name}: compiling, {path.stem}")
        answer(path, WARM_SECONDS)  # compiled code is warm from here on
    ours: list[Try] = []
    theirs: list[Try] = []
    for place, path in enumerate(paths, 1):
        progress(f"{name}: {place} of {len(paths)}, {path.stem}")
        ours.append(answer(path, options.seconds))
        theirs.append(ask_cvc5(path, options.seconds) if peer else Try(solved=False, seconds=options.seconds))
    remarks = () if given else (PUBLIC.format(name=name, count=len(paths), folder=" or ".join(folders)),)
    return Section(
        name=name,
        columns=COLUMNS,
        rows=tuple(map(row, paths, ours, theirs)),
        figures=figures(name, ours, theirs, peer, given),
        remarks=remarks if peer else (*remarks, cvc5_peer.MISSING),
    )


def problem_files(folders: Sequence[str], given: Path | None) -> tuple[list[Path], bool]:
    """The files to solve, and whether they are the user's; our own where the folder has none for this section."""
    found = [path for folder in folders for path in sorted((given / folder).glob("*.sl"))] if given else []
    return (found, True) if found else (sorted((OWN / folders[0]).glob("*.sl")), False)


def answer(path: Path, limit: float) -> Try:
    """Our answer to a problem file, from reading it on."""
    began = time.process_time()
    problem = read_problem(path)
    spec = specification(problem) if problem.kind == "examples" else None
    if spec is None:
        return by_constraints(problem, limit, began)
    found = solve(spec, problem.functions[0].language, Budget(seconds=limit, effort=HASTE))
    spent = time.process_time() - began
    if not isinstance(found, Found):
        return Try(solved=False, seconds=spent, candidates=found.counts.candidates, note=found.statement)
    body = body_of(write_answers(problem, {problem.functions[0].name: found.program}))
    return Try(
        solved=True,
        seconds=spent,
        size=size_of(body),
        text=body,
        minimal=found.minimal,
        candidates=found.counts.candidates,
    )


def by_constraints(problem: Problem, limit: float, began: float) -> Try:
    found = solve_problem(problem, Budget(seconds=limit))
    spent = time.process_time() - began
    if not isinstance(found, Answer) or not found.proved:
        return Try(solved=False, seconds=spent, note=found.statement)
    body = body_of(write_answers(problem, found.programs))
    return Try(solved=True, seconds=spent, size=size_of(body), text=body, minimal=found.minimal)


def ask_cvc5(path: Path, limit: float) -> Try:
    answer = cvc5_peer.ask(path.read_text(), limit)
    return Try(
        solved=answer.solved,
        seconds=answer.seconds,
        size=size_of(answer.body),
        text=answer.body,
        note=answer.note,
    )


def row(path: Path, ours: Try, theirs: Try) -> tuple[str, ...]:
    how = ("minimal" if ours.minimal else "not proven minimal") if ours.solved else "-"
    return (
        path.stem,
        seconds(ours),
        shown(ours.size) if ours.solved else "-",
        how,
        theirs.note or seconds(theirs),
        shown(theirs.size) if theirs.solved else "-",
    )


def figures(name: str, ours: Sequence[Try], theirs: Sequence[Try], peer: bool, given: bool) -> tuple[Figure, ...]:
    """For BV 19 of 20 solved, in the median five times faster than cvc5, sizes at most 0.6 of its; for HD 16 of 20."""
    solved = sum(one.solved for one in ours)
    share = 0.95 if name == "BV" and given else 0.8 if given else 1.0
    own = (
        Figure(name=f"{name} solved", value=solved, unit=f"of {len(ours)}", sign=">=", bar=share * len(ours)),
        Figure(name=f"{name} median time", value=middle(one.seconds for one in ours), unit="s"),
        Figure(name=f"{name} proven minimal", value=sum(one.minimal for one in ours)),
    )
    if not peer:
        return own
    pairs = [(one, other) for one, other in zip(ours, theirs, strict=True) if one.solved and other.solved]
    faster = middle(other.seconds for other in theirs) / middle(one.seconds for one in ours)
    sizes = mean_ratio((one.size, other.size) for one, other in pairs)
    least, most = (">=", "<=") if name == "BV" and given else ("", "")
    return (
        *own,
        Figure(name=f"{name} solved by cvc5", value=sum(other.solved for other in theirs), unit=f"of {len(theirs)}"),
        Figure(name=f"{name} cvc5's median time over ours", value=faster, unit="times", sign=least, bar=5),
        Figure(name=f"{name} size over cvc5's, geometric mean", value=sizes, sign=most, bar=0.6),
    )
