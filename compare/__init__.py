"""What was found: read a net, explain it, test the explanation, weigh it, judge it, compare it, report it."""

from compare.answers import Classes, Distributions, Reals, Sets
from compare.assess import Assessment, assess
from compare.case import Case, data_of
from compare.judge import THRESHOLDS, Thresholds, judge
from compare.same import same, same_program
from compare.sample import Sample, Samples
from compare.trajectory import Trajectory, trace
from compare.view import View, by_position, of_games, of_reals, of_sequences

__all__ = [
    "THRESHOLDS",
    "Assessment",
    "Case",
    "Classes",
    "Distributions",
    "Reals",
    "Sample",
    "Samples",
    "Sets",
    "Thresholds",
    "Trajectory",
    "View",
    "assess",
    "by_position",
    "data_of",
    "judge",
    "of_games",
    "of_reals",
    "of_sequences",
    "same",
    "same_program",
    "trace",
]
