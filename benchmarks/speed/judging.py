"""Seconds to judge a net: `python -m benchmarks.speed.judging RUN [--against CHECKOUT]`.

The nets of a run directory that stored their params, or are made by hand, are judged once to compile and once more to
be timed, each checkout in a process of its own, turn by turn. Printed are CPU seconds a net, with another checkout the
median ratio to it; 1 when that exceeds 1.05, or when a verdict is not the other's.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import click

MOST = 1.05  # times the other checkout's seconds
RUNS = 3
# Runs in either checkout, so it uses only what both have; params are stored in .npz files as "params/NAME".
WORKER = """
import json, sys, time
from pathlib import Path
import numpy as np
from msgspec import structs
from benchmarks.controls import control_named
from benchmarks.recipe import build
from benchmarks.resolve import net_of, task_of
from benchmarks.suite import read_suite
from compare import assess
run, wanted = Path(sys.argv[1]), set(sys.argv[2:])
def stored(path):
    made = {}
    for key, value in np.load(path).items():
        if key.startswith("params/"):
            *folders, name = key.split("/")[1:]
            place = made
            for folder in folders:
                place = place.setdefault(folder, {})
            place[name] = value
    return made
for cell in read_suite(json.loads((run / "suite.json").read_text())["suite"]).cells:
    if cell.name not in wanted:
        continue
    folder, seed = Path(cell.folder), cell.seed
    task, recipe, train = task_of(cell.task, folder), cell.recipe, None
    if recipe.control is not None:
        net, params = control_named(recipe.control).make(task, cell.size, seed)
    else:
        record = json.loads((run / "records" / (cell.name + ".json")).read_text())
        how = record["recipe_detail"]
        options = {*recipe.options, *(name for more in getattr(recipe, "grow", ()) for name in more)}
        own = structs.replace(recipe, options={name: how[name] for name in options if name in how})
        net, params = build(net_of(cell.net, folder), own, task, cell.size), stored(run / record["arrays"])
        if not recipe.untrained and task.listed:
            train = task.data(cell.size, fraction=recipe.fraction, labels=recipe.labels, seed=seed).train
    spec = getattr(task, "spec_of_nets", task.spec)  # which older checkouts do not have
    asked = spec(cell.size, labels=recipe.labels, seed=seed), task.view(cell.size)
    samples = task.samples(cell.size, seed, labels=recipe.labels, fixed=recipe.fixed)
    for _ in range(2):
        began = time.process_time()
        found = assess(net, params, *asked, samples=samples, train=train, seed=seed)
        seconds = time.process_time() - began
    print(json.dumps([cell.name, seconds, found.verdict.outcome]), flush=True)
"""
Judged = dict[str, tuple[float, str]]


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--against", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another checkout.")
@click.option("--only", multiple=True, help="Cells by name; all that are stored by default.")
def main(run: Path, against: Path | None, only: tuple[str, ...]) -> None:
    """CPU seconds to judge the stored nets of RUN, beside another checkout's."""
    names = list(only) or [path.stem for path in sorted((run / "records").glob("*.json"))]
    ours = Path(__file__).parents[2]
    mine: list[Judged] = []
    theirs: list[Judged] = []
    for _ in range(RUNS if against else 1):
        mine.append(judged(ours, run, names))
        theirs += [judged(against, run, names)] if against else []
    sys.exit(compared(mine, theirs) if theirs else shown(mine[0]))


def judged(checkout: Path, run: Path, names: list[str]) -> Judged:
    """Each net's CPU seconds and verdict with the code of a checkout."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(run.resolve()), *names],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout.resolve())},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines: list[Any] = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    return {name: (seconds, verdict) for name, seconds, verdict in lines}


def shown(found: Judged) -> int:
    for name, (seconds, verdict) in found.items():
        click.echo(f"{name:48} {seconds:7.2f} s  {verdict}")
    click.echo(f"median {median(seconds for seconds, _ in found.values()):.2f} CPU s a net")
    return 0


def compared(mine: list[Judged], theirs: list[Judged]) -> int:
    """Print both sides; 1 where ours takes longer, or a verdict is another."""
    ratios, changed = [], 0
    for name in mine[0]:
        one, other = (median(turn[name][0] for turn in side) for side in (mine, theirs))
        verdicts = mine[0][name][1], theirs[0][name][1]
        changed += verdicts[0] != verdicts[1]
        ratios.append(one / other)
        said = verdicts[0] if verdicts[0] == verdicts[1] else f"{verdicts[1]} -> {verdicts[0]}"
        click.echo(f"{name:48} {one:7.2f} s, other {other:7.2f} s, ratio {one / other:.2f}  {said}")
    click.echo(f"median ratio {median(ratios):.2f} (at most {MOST}), {changed} verdicts changed")
    return int(median(ratios) > MOST or changed > 0)


if __name__ == "__main__":
    main()
