"""Fitters: one site, or one unit, as an expression over the arguments or over other sites."""

from compare.fit.bends import bends
from compare.fit.branches import branches
from compare.fit.connectives import express
from compare.fit.enumerate import enumerated
from compare.fit.forms import sufficient
from compare.fit.gates import gates
from compare.fit.heads import fit_heads
from compare.fit.links import links
from compare.fit.logits import fit_logits
from compare.fit.named import name
from compare.fit.neuron import neuron
from compare.fit.pairs import pairs
from compare.fit.parts import parts
from compare.fit.pieces import pieces
from compare.fit.ramps import fit_ramps
from compare.fit.remainders import remainder
from compare.fit.steps import steps
from compare.fit.sums import sums
from compare.fit.tables import table
from compare.fit.threshold import fit_threshold
from compare.fit.walsh import walsh
from compare.fit.waves import wave_links
from compare.search import search

FITTERS = (
    sufficient,
    steps,
    sums,
    table,
    remainder,
    branches,
    parts,
    bends,
    gates,
    pairs,
    search,
    wave_links,
    fit_logits,
    fit_heads,
    links,
    pieces,
    fit_ramps,
    walsh,
    express,
    fit_threshold,
    name,
    enumerated,
    neuron,
)

__all__ = ["FITTERS"]
