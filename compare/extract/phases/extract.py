"""A recurrent net as phases that its inputs turn: what turns them is read from its state, how they sit in it is fitted.

Nothing is known of the task but that inputs are reals: which phases there are, what every input adds to them and where
they begin is sought in the net's states (`motion`); how a site holds them, as one template for all units (`template`);
and the answers as waves of the phases.
"""

import numpy as np

from compare.answers import Described, Reals
from compare.asked import Asked
from compare.explanation import Explanation, Refusal
from compare.extract.phases.carrying import Carrying, features
from compare.extract.phases.codes import codes, program_bits
from compare.extract.phases.drift import drift
from compare.extract.phases.grid import grid_bits
from compare.extract.phases.held import Held, best, fewest, moving, tuning
from compare.extract.phases.motion import Phase, phases_of
from compare.extract.phases.said import Said
from compare.extract.phases.template import ONE, Template, after, fitted, late
from compare.motifs import ROTATION
from compare.read import Reading
from compare.sites.states import NO_STATE, state_of
from compare.step import Exchange, Step, Steps

NAME = "phases"
TEMPLATE = "every unit is one wave of the phases, shifted by what the last inputs added, before the net's nonlinearity"
STATE, OUTPUTS = "state", "outputs"
NEGLIGIBLE = (0.02, 0.005, 0.001)  # of the outputs' deviation, within which coefficients are rounded or left out
AHEAD = 0.01  # radians, by which the change of the answers is measured
NO_WORSE = 0.001  # of the answers, by which the shorter text may agree less with the net


def reads(asked: Asked) -> str | None:
    """None for sequences of reals, otherwise why not."""
    if asked.exhaustive or asked.view.alphabet is not None:
        return "expected samples of sequences of reals, got symbols or integers"
    if asked.x.ndim not in (2, 3) or asked.x.shape[1] < 3:
        return f"expected sequences (rows, time, features) of reals, got inputs of shape {asked.x.shape}"
    return None


def extract(reading: Reading) -> Explanation | Refusal:
    """Explain a net whose state turns with its inputs; refuse any other with the reason."""
    reason = reads(reading) or (None if _by_time(reading) else "expected an answer at every position, got one a row")
    site = None if reason else state_of(reading)
    if site is None:
        return Refusal(extractor=NAME, reason=reason or NO_STATE.format(sites=list(reading.net.sites)))
    found = phases_of(reading.site(site)[reading.fitted], features(reading.x[reading.fitted]))
    if isinstance(found, str):
        return Refusal(extractor=NAME, reason=found)
    carrying = Carrying(reading=reading, phases=tuple(found))
    held = best(carrying)
    return Refusal(extractor=NAME, reason="no site holds the phases") if held is None else _explanation(carrying, held)


def _by_time(reading: Reading) -> bool:
    """Whether there is an answer that counts after every input."""
    answers = reading.answers.ndim - reading.view.answers.axes == 2 and reading.answers.shape[1] == reading.x.shape[1]
    return answers and (reading.mask is None or bool(reading.mask.all()))


def _explanation(carrying: Carrying, held: Held) -> Explanation:
    reading, site = carrying.reading, held.site
    values, states = carrying.flat(site)
    mixed = values[np.random.default_rng([reading.seed, 33]).permutation(len(values))]
    control = fewest(carrying, site, held.effect, barred=held.template.terms).template
    permuted = fitted(held.template.terms, mixed, states, carrying.count)
    said = _said(carrying)
    return Explanation(
        extractor=NAME,
        template=TEMPLATE,
        steps=_steps(carrying, site, held.template, said),
        outputs=(OUTPUTS,),
        hidden=site,
        control=_steps(carrying, site, control, said),
        permuted=_steps(carrying, site, permuted, said),
        codes=lambda: codes(carrying, held, said),
        rival=_rival(carrying, said),
        arrays=tuning(carrying, held),
        formula=_text(carrying, said),
        bits_formula=program_bits(carrying, said),
        run_alone=lambda x: np.asarray(reading.decode(said.outputs(carrying.along(x)))),
        nodes=said.nodes + sum(_nodes(phase) for phase in carrying.phases),
        notes=_notes(carrying, held, said),
        motifs=(ROTATION.name,),
    )


def _steps(carrying: Carrying, site: str, template: Template, said: Said) -> Steps:
    exchange = Exchange(
        site=site,
        basis=moving(carrying, site, template.terms),
        numbers=tuple(range(carrying.count * (2 if late(template.terms) else 1))),
        rest=_rest(carrying),
    )
    state = Step(
        name=STATE,
        formula="; ".join(f"{n} + {phase.added}" for n, phase in zip(carrying.names, carrying.phases, strict=True)),
        compute=carrying.along,
        resume=carrying.resumed,
        holds=site,
        where=carrying.later,
        code=template.code,
        shown=lambda values: np.rint(np.degrees(after(values, carrying.count))) % 360,
        exchange=exchange,
        label=", ".join(carrying.names),
        form=" + ".join(term.text(carrying.names) for term in (*template.terms, ONE)),
        bits=sum(phase.bits for phase in carrying.phases),
    )
    return state, Step(name=OUTPUTS, formula=said.text, reads=(STATE,), compute=lambda x, values: said.outputs(values))


def _rest(carrying: Carrying) -> np.ndarray | None:
    """An input of zeros, if it moves no phase."""
    still = np.zeros((1, 2, *carrying.reading.x.shape[2:]))
    moved = any(np.any(phase.moves(features(still))) for phase in carrying.phases)
    return None if moved else still[0, 0]


def _said(carrying: Carrying) -> Said:
    """The net's outputs as waves of the phases, with as few digits as agree with it as well as more do."""
    reading, rows = carrying.reading, carrying.reading.fitted
    values = carrying.values[rows]
    angles = after(values[:, 1:], carrying.count).reshape(-1, carrying.count)
    outputs = reading.view.answers.telling(reading.outputs[rows, 1:].astype(np.float64))
    outputs = outputs.reshape(-1, outputs.shape[-1])
    found = [Said.fitted(angles, outputs, carrying.names, margin) for margin in NEGLIGIBLE]
    agree = [reading.agreement(reading.decode(said.outputs(values)), rows) for said in found]
    return next(said for said, each in zip(found, agree, strict=True) if each >= max(agree) - NO_WORSE)


def _rival(carrying: Carrying, said: Said) -> Described:
    """A grid machine for every phase, as exact as the net is by the phases."""
    reading, rows = carrying.reading, carrying.reading.fitted
    values, x = carrying.values[rows], features(reading.x[rows])
    ahead = values.copy()
    ahead[..., : carrying.count] += AHEAD
    outputs = said.outputs(values), said.outputs(ahead), reading.outputs[rows]
    told, nearby, given = (_compared(reading, each) for each in outputs)
    slope = float((((nearby - told) / AHEAD) ** 2).mean())
    error = float(np.sqrt(((given - told) ** 2).mean() / max(slope, 1e-30)))
    grids = [grid_bits(phase.begins(x), phase.moves(x), error) for phase in carrying.phases]
    what = " and ".join(f"{positions} positions and {velocities} velocities" for _, positions, velocities in grids)
    return Described(sum(bits for bits, _, _ in grids), f"a grid of {what}, as exact as the net")


def _compared(reading: Reading, outputs: np.ndarray) -> np.ndarray:
    """What of outputs is compared: answers that are numbers as they are decoded."""
    kind = reading.view.answers
    return np.asarray(reading.decode(outputs)) if isinstance(kind, Reals) else kind.telling(outputs)


def _text(carrying: Carrying, said: Said) -> str:
    begun = [phase.start.text if phase.start else "0" for phase in carrying.phases]
    named = zip(carrying.names, carrying.phases, begun, strict=True)
    return "; ".join([*(f"{n} = {n} + {phase.added}, from {start}" for n, phase, start in named), f"y = {said.text}"])


def _notes(carrying: Carrying, held: Held, said: Said) -> tuple[str, ...]:
    told = [
        f"{name} goes along with a direction of the state to a mean resultant length of {phase.told:.4f}"
        for name, phase in zip(carrying.names, carrying.phases, strict=True)
    ]
    form = " + ".join(term.text(carrying.names) for term in held.template.terms)
    beyond = drift(carrying, said)
    return (
        *told,
        f"{held.site}: {len(held.template.terms)} terms, in the order in which they say most: {form}",
        *([] if beyond is None else [beyond.text]),
    )


def _nodes(phase: Phase) -> int:
    parts = [
        phase.increment.program.size,
        *([] if phase.start is None else [phase.start.cosine.program.size, phase.start.sine.program.size, 1]),
    ]
    return sum(parts) + 1 + (0 if phase.gain == 1 else 2)
