"""Nets from two residues to a residue, one hidden layer of waves."""

from compare.extract.residues.extract import NAME, extract, modulus, reads
from compare.extract.residues.frame import frame_of

__all__ = ["NAME", "extract", "frame_of", "modulus", "reads"]
