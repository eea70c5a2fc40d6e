"""What the engine adds to an assessment: the net's program beside the synthesizer's."""

from math import isnan, nan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import pytest
from msgspec.structs import replace

from benchmarks import engine
from benchmarks.engine import compared, detail, make
from benchmarks.resolve import task_of
from benchmarks.suite import read_suite
from benchmarks.tasks.residues import MOD_ADD
from compare.programs import in_words
from nets.train import DivergedError

SUITE = """
name = "one"
doc = "One net."
[[cells]]
task = "mod_add"
sizes = [23]
recipe = "grokked"
"""


@pytest.mark.parametrize("labels", ["true", "random"])
def test_programs_are_compared_where_the_synthesizer_was_asked_about_these_labels(labels: str, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(SUITE)
    cell = read_suite(str(tmp_path / "one.toml")).cells[0]
    cell = replace(cell, recipe=replace(cell.recipe, labels=labels))
    spec = MOD_ADD.spec(23)
    explanation = SimpleNamespace(program=in_words("Mod(a + b, p)", spec))
    assessment: Any = SimpleNamespace(explanation=explanation, net_agreement=1.0)
    program = {"program": "(mod (add a b) p)"}
    found = compared(assessment, program, spec, MOD_ADD, cell)
    assert found.get("same_function") == ("equal" if labels == "true" else None)
    assert compared(assessment, {}, spec, MOD_ADD, cell) == {}
    assert compared(assessment, program, None, MOD_ADD, cell) == {}


GROWING = """
doc = "One of three."
options = { embedding = 4 }
grow = [{ width = 8 }, { width = 16 }, { width = 32, embedding = 8 }]
train = { steps = 1 }
"""


@pytest.mark.parametrize(
    ("right", "width", "tried"),
    [
        ({16: 0.996}, 16, [8, 16]),
        ({16: 0.5, 32: 0.4}, 16, [8, 16, 32]),
        ({}, 8, [8, 16, 32]),
        ({8: nan, 32: 0.4}, 32, [8, 16, 32]),
    ],
)
def test_nets_grow_until_one_has_learnt_or_the_best_is_kept(
    right: dict[int, float], width: int, tried: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.toml").write_text(SUITE.replace('"grokked"', '"growing.toml"'))
    (tmp_path / "growing.toml").write_text(GROWING)
    seen: list[int] = []

    def train(net: Any, data: Any, recipe: Any, seed: int) -> Any:
        params = net.init(jax.random.key(seed))
        seen.append(params["b"].shape[0])
        if isnan(score := right.get(seen[-1], 0.1)):
            raise DivergedError("nan")
        return SimpleNamespace(params=params, score=(score, 0.0))

    monkeypatch.setattr(engine.nets, "train", train)
    cell = read_suite(str(tmp_path / "one.toml")).cells[0]
    made = make(cell, task_of("mod_add", tmp_path))
    assert made.params["b"].shape == (width,)
    assert seen == tried
    assert detail(cell, made.grown)["width"] == width
    assert detail(cell, made.grown)["embedding"] == (8 if width == 32 else 4)


def test_every_net_of_a_recipe_is_built_before_one_is_trained(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(SUITE.replace('"grokked"', '"growing.toml"'))
    (tmp_path / "growing.toml").write_text(GROWING.replace("embedding = 8", "embeding = 8"))
    with pytest.raises(ValueError, match="unknown net option 'embeding'"):
        read_suite(str(tmp_path / "one.toml"))
