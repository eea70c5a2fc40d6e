"""The machine of a stream task, learnt of its oracle by words: what a hand-set net is made to run."""

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from benchmarks.controls.automata import automaton
from benchmarks.controls.transforms import noised
from benchmarks.tasks import Task
from benchmarks.tasks.oracle import ask
from compare.extract.recurrent.learn import Learnt, learn
from compare.extract.recurrent.machine import Machine
from compare.extract.recurrent.teacher import Taught
from nets import Net

WORDS, LENGTH, LONGEST = 2000, 20, 60  # that the machine is tried on; letters that are remembered
MOST_STATES = 64
NOISE = 0.01  # of each array's root mean square


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A task's oracle as a teacher: its state is how many letters it was given and which, from the first on."""

    task: Task
    size: int

    @property
    def letters(self) -> Int[np.ndarray, "letters arguments"]:
        """Of several streams all combinations, the last stream moving fastest, as the net's symbols are numbered."""
        return np.array(list(itertools.product(*(range(values) for values in self.task.ranges(self.size)))))

    @property
    def width(self) -> int:
        return 1 + LONGEST

    def ask(
        self, words: Int[np.ndarray, "words time"], states: Float[np.ndarray, "words width"] | None = None
    ) -> Taught:
        time, known = words.shape[1], np.zeros((len(words), self.width)) if states is None else np.nan_to_num(states)
        before = known[:, 0].astype(int)
        whole = np.zeros((len(words), LONGEST + time), dtype=np.int64)
        whole[:, :LONGEST] = known[:, 1:]
        places = before[:, None] + np.arange(time)
        np.put_along_axis(whole, places, words, axis=1)
        columns = tuple(self.letters[whole].transpose(2, 0, 1))
        answers = np.asarray(ask(self.task.name, self.task.oracle, self.size, columns)).astype(np.int64)
        left = np.zeros((*words.shape, self.width), dtype=np.float32)
        left[..., 0] = places + 1
        kept = np.arange(LONGEST) <= places[..., None]
        left[..., 1:] = np.where(kept, whole[:, None, :LONGEST], 0)
        return Taught(np.take_along_axis(answers, places, axis=1), left)


def machine_of(task: Task, size: int) -> Machine:
    """The task's minimal machine; ValueError where it has too many states."""
    told = Told(task=task, size=size)
    words = np.random.default_rng(0).integers(0, len(told.letters), (WORDS, LENGTH))
    found = learn(told, words, MOST_STATES)
    if not isinstance(found, Learnt):
        raise ValueError(
            f"control 'automaton': expected a task of at most {MOST_STATES} states, got {task.name!r} at size {size} "
            f"with more; name a task whose past matters only in so many ways"
        )
    return found.machine


def build(task: Task, size: int, seed: int) -> tuple[Net, dict]:
    """Exact for even seeds, with noise on the weights for odd ones; always rotated."""
    machine = machine_of(task, size)
    net, params = automaton(machine.after, machine.says, seed)
    return net, noised(params, NOISE, seed) if seed % 2 else params
