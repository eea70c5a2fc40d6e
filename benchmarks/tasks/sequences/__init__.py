"""Sequences that transformers answer by selecting and aggregating: what is asked, with a longer range where it may."""

from benchmarks.tasks.sequences.algorithms import ALGORITHMS
from benchmarks.tasks.sequences.chains import CHAINS
from benchmarks.tasks.sequences.counts import COUNTS
from benchmarks.tasks.sequences.grammars import GRAMMARS
from benchmarks.tasks.sequences.mixture import MIXTURE
from benchmarks.tasks.sequences.programs import PROGRAMS
from benchmarks.tasks.sequences.reasoning import REASONING
from benchmarks.tasks.sequences.relations import RELATIONS
from benchmarks.tasks.sequences.repeats import REPEATS
from benchmarks.tasks.sequences.trees import TREES
from benchmarks.tasks.sequences.unseen import UNSEEN

SEQUENCES = (
    *REPEATS,
    *COUNTS,
    *RELATIONS,
    *REASONING,
    *MIXTURE,
    *TREES,
    *CHAINS,
    *UNSEEN,
    *ALGORITHMS,
    *GRAMMARS,
    *PROGRAMS,
)
