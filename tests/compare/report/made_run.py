"""A made-up run: records and arrays of every kind of net, for the report's tests and for looking at the result."""

from pathlib import Path

import numpy as np
import sympy

from compare.record import HeadLine, HeldLine, Record

RECIPES = {
    "grok": ("program", "program", "B"),
    "no_decay": ("table", "table", "refit"),
    "random_labels": ("table", "table", "held out"),
    "untrained": ("undetermined", "undetermined", "match"),
    "lookup": ("table", "table", "refit"),
    "relabelled": ("not table", "undetermined", "S"),
}
THRESHOLDS = {"match_domain": 0.99, "s_agreement": 0.98, "s_variance": 0.9, "d_r2": 0.8, "bits_ratio": 0.25}

HELD = HeldLine(
    variable="carry", site="resid.0", dimensions=1, decoded=1.0, followed=0.96, control=None,
    decoded_at={"embed": 0.52, "resid.0": 1.0}, followed_at={"embed": None, "resid.0": 0.9},
)  # fmt: skip
HEADS = [
    HeadLine(head="head.0.0", previous=0.95, matching=0.02, copying=0.4),
    HeadLine(head="head.1.0", previous=0.03, matching=0.99, copying=0.97),
    HeadLine(head="chance", previous=0.1, matching=None, copying=0.03),
]


def make_run(
    run_dir: Path, sizes=(23, 59, 113), nets=("mlp", "transformer"), recipes=tuple(RECIPES), seeds=2, arrays=True
) -> list[Record]:
    """Records of every combination, and one failed cell; the arrays are written below `run_dir`."""
    made = [
        make_cell(run_dir, size, net, recipe, seed, arrays)
        for net in nets
        for size in sizes
        for recipe in recipes
        for seed in range(seeds)
    ]
    failed = Record(
        suite="made", task="mod_add", size=59, net="mlp", recipe="grok", seed=99, cell="mod_add-59-mlp-grok-99",
        status="failed", error="the loss is not finite at step 300; lower the learning rate", expected="program",
        command="synthnet run made",
    )  # fmt: skip
    return [*made, failed]


def make_cell(run_dir: Path, size: int, net: str, recipe: str, seed: int, arrays: bool) -> Record:
    """One record with its arrays; its numbers follow from its arguments alone."""
    rng = np.random.default_rng([size, seed, len(net), len(recipe)])
    expected, verdict, decided_by = RECIPES[recipe]
    program = verdict == "program"
    trained = recipe not in ("untrained", "lookup")
    cell = f"mod_add-{size}-{net}-{recipe}-{seed}"
    frequencies = sorted(int(k) for k in rng.choice(np.arange(1, size // 2), 5, replace=False)) if program else []
    table = float(size**2 * np.log2(size))
    alignment = 90 * size * rng.uniform(0.9, 1.1) if program else table * rng.uniform(0.8, 1.4)
    alignment = float(alignment)
    formula = _formula(frequencies, size) if frequencies else None
    if arrays:
        (run_dir / "arrays").mkdir(parents=True, exist_ok=True)
        np.savez_compressed(run_dir / "arrays" / f"{cell}.npz", **_arrays(rng, size, frequencies, program, trained))
    steps = 10000 if trained else None
    good = float(rng.uniform(0.985, 1.0))
    return Record(
        suite="made", task="mod_add", size=size, net=net, recipe=recipe, seed=seed, cell=cell, expected=expected,
        command="synthnet run made --out runs/made", versions={"synthnet": "0.1.0", "jax": "0.10.2", "numpy": "2.4.0"},
        recipe_detail={"learning_rate": 0.005, "weight_decay": 1.0, "steps": 10000, "checkpoints": 24},
        arrays=f"arrays/{cell}.npz" if arrays else None,
        verdict=verdict, decided_by=decided_by, margin=float(rng.uniform(-0.1, 0.2)), thresholds=THRESHOLDS,
        criteria=["S: the template keeps 0.998 (at least 0.98)", "D: predicts 0.91 (at least 0.8)"] if program else [],
        reason={
            "program": "Formulas replace every hidden unit, predict every exchange, and cost a tenth of the table.",
            "table": "The frozen last hidden layer refits random labels.",
            "undetermined": "No formula was found, and nothing shows that the net stores its rows.",
        }[verdict],
        extractor="mlp", template="residue: one frequency a unit",
        formula=None if formula is None else str(formula),
        formula_mathml=None if formula is None else sympy.mathml(formula, printer="presentation"),
        groups=[f"k={k}: 24 units, A cos(2 pi {k} (a + b) / {size} + phi)" for k in frequencies],
        gallery_formulas=[f"relu({rng.uniform(1, 3):.2f} cos(2 pi {k} a/{size}) + 0.31)" for k in frequencies],
        refusals=[] if program else ["affine: 3 of 128 units are affine, at least 115 needed"],
        notes=["The transformer's heads are nearly constant."] if net == "transformer" else [],
        frequencies=frequencies, variables=[f"cos_{k}" for k in frequencies], units_kept=96 if program else None,
        units_total=128, precision=6 if program else None, program="(mod (add a b) p)",
        program_statement="No program of fewer than 9.2 bits fits the examples.", program_candidates=1482,
        program_distinct=211, program_seconds=0.84, program_rate=1764.0,
        match_train=1.0 if recipe != "untrained" else 0.02,
        match_test=good if program else 0.03, match_domain=1.0 if program or recipe == "lookup" else 0.42,
        match_chance=1 / size, s_agreement=good if program else 0.11, s_low=good - 0.01 if program else 0.09,
        s_high=min(1.0, good + 0.005) if program else 0.13, s_domain=good if program else 0.12,
        s_variance=0.94 if program else 0.2, s_control=0.08, s_control_variance=0.13, s_permuted=0.02,
        maps_units=8 if program else None, maps_hexagonal=0.25 if program else None,
        maps_periodic=0.5 if program else None, maps_chance=0.05 if program else None,
        squares_groups=["occupied", "live"] if program else [], squares_explained=[0.6, 0.8] if program else [],
        squares_kept=[0.4, 0.99] if program else [], squares_kept_once=0.995 if program else None,
        squares_kept_colours=0.4 if program else None, squares_wrong=[0.05, 0.06] if program else [],
        squares_wrong_colours=[1.3, 1.2] if program else [], squares_wrong_none=[1.3, 1.2] if program else [],
        squares_wrong_each=[1.1, 0.05] if program else [], squares_pairs=[1024, 303] if program else [],
        squares_kept_right=0.992 if program else None, squares_live=0.97 if program else None,
        squares_live_untrained=0.66 if program else None, squares_live_majority=0.6 if program else None,
        objects_removed={"house at map.2": 0.98} if program else {},
        objects_others={"house at map.2": 0.1} if program else {},
        objects_random={"house at map.2": 0.12} if program else {},
        painting={"sky": "(le 0 0)", "sun": "(and sun (le y 4))"} if program else {},
        painting_code=["paint('sky', where=0 <= 0)", "paint('sun', where=sun and y <= 4)"] if program else [],
        painting_iou={"sky": 1.0, "sun": 0.97} if program else {}, painting_left={"sun": 0.02} if program else {},
        painting_alike={"program": 0.99, "other factors": 0.7} if program else {},
        painting_explained={"program": 0.98, "other factors": -0.9} if program else {},
        painting_whole={"program": 0.9, "other factors": 0.01} if program else {},
        painting_bits={"program": 60.5, "exceptions": 12.0, "table": 900.0} if program else {},
        objects_formulas={"house": "0.5*z1 + 0.2"} if program else {}, objects_there={"house": 0.96} if program else {},
        heads=HEADS if program else [], heads_two=["head.0.0", "head.1.0"] if program else [],
        heads_kept=0.998 if program else None,
        held=[HELD] if program else [], match_parts={"small": 1.0, "large": 0.98} if program else {},
        d_r2=0.91 if program else -0.4, d_control=-0.03, d_dictionary=0.97 if program else 0.1,
        bits_total=alignment + 120, bits_dictionary=80.0, bits_alignment=alignment, bits_exceptions=40.0,
        bits_formula=210.0, bits_table=table, bits_weights=table * 6, bits_program=9.2,
        refit_random=0.3 if program else 0.99, refit_width=0.1, local_units=0.0,
        ablation_keep=0.99 if program else None,
        ablation_remove=0.04 if program else None, certificate=0.97 if program else None,
        step_formation=float(rng.integers(1500, 2500)) if program else None,
        step_generalisation=float(rng.integers(3000, 4500)) if program else None,
        step_cleanup=float(rng.integers(5000, 6500)) if program else None, steps=steps,
        seconds_train=float(rng.uniform(4, 9)) if trained else None, seconds_judge=float(rng.uniform(1, 3)),
    )  # fmt: skip


def _formula(frequencies: list[int], p: int) -> sympy.Expr:
    a, b, c = sympy.symbols("a b c")
    terms = [sympy.Float(10 + k, 3) * sympy.cos(2 * sympy.pi * k * (a + b - c) / p) for k in frequencies]
    return sympy.Add(*terms)


def _arrays(rng, size: int, frequencies: list[int], program: bool, trained: bool) -> dict[str, np.ndarray]:
    made: dict[str, np.ndarray] = {}
    if trained:
        step = np.linspace(0, 10000, 400).astype(int)
        rise = 1 / (1 + np.exp(-(step - 3700) / 300)) if program else np.full(len(step), 0.03)
        made |= {
            "curve.step": step,
            "curve.train_accuracy": 1 - np.exp(-step / 300),
            "curve.held_out_accuracy": rise,
            "curve.train_loss": 4 * np.exp(-step / 700) + 1e-4,
            "curve.held_out_loss": 4 + 3 * np.exp(-(((step - 2000) / 1500) ** 2)) - 6 * rise.clip(0, 0.64) + 0.01,
            "curve.weight_norm": 60 - 30 * rise,
        }
        at = np.linspace(0, 10000, 24).astype(int)
        grown = 1 / (1 + np.exp(-(at - 2000) / 400)) if program else 0.05 + 0 * at
        made |= {
            "trajectory.step": at,
            "trajectory.held_out_accuracy": np.interp(at, step, rise),
            "trajectory.train_accuracy": 1 - np.exp(-at / 300),
            "trajectory.structure": grown,
            "trajectory.s_agreement": grown**2,
            "trajectory.d_r2": 1.4 * grown - 0.5,
            "trajectory.gini": 0.2 + 0.6 * grown,
            "trajectory.restricted_loss": 5 - 4.9 * grown,
            "trajectory.excluded_loss": 0.1 + 4 * grown,
            "trajectory.bits": 90000 - 80000 * grown,
        }
    x = np.arange(size)
    shown = frequencies or [1, 2, 3]
    actual, fitted = [], []
    for k in shown:
        wave = np.cos(2 * np.pi * k * x / size + rng.uniform(0, 6))
        clean = np.maximum(0, wave[:, None] + wave[None] + 0.2) if program else rng.normal(size=(size, size)) * 0.3
        actual.append(clean + rng.normal(scale=0.08, size=(size, size)))
        fitted.append(clean if program else 0 * clean)
    made |= {"gallery.unit": np.arange(len(shown)) * 7, "gallery.actual": np.array(actual, np.float32)}
    made |= {"gallery.fitted": np.array(fitted, np.float32)}
    if program:
        made |= {"machine.after": np.array([[0, 1], [1, 0]]), "machine.says": np.array([[[0], [1]], [[1], [0]]])}
        made |= {"machine.values": np.array([[0], [1]]), "machine.letters": np.array([[0], [1]])}
        made |= {f"maps.{name}": np.array([0.9, 0.4]) for name in ("score", "limit")}
        made |= {"boards.colours": np.tile(np.arange(16) % 3 - 1.0, (2, 2, 1))}
        made |= {f"boards.{name}": np.arange(68).reshape(2, 2, 17) % 5 == 0 for name in ("answered", "legal")}
        made |= {
            "objects.off.names": np.array(["house at map.2"]),
            "objects.off": np.full((1, 3, 4, 4, 3), 99, np.uint8),
            "objects.painting": np.full((2, 2, 4, 4, 3), 150, np.uint8),
        }
        made |= {"maps.unit": np.array([5, 2]), "maps.rates": np.eye(20, dtype=np.float32)[None].repeat(2, axis=0)}
    if frequencies:
        share = rng.dirichlet(np.full(len(frequencies), 8.0)) * 0.97
        made |= {"frequencies.k": np.array(frequencies), "frequencies.amplitude": share}
        made |= {"frequencies.units": rng.integers(10, 30, len(frequencies))}
    return made
