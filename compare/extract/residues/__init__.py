"""Nets from two residues to a residue, one hidden layer of waves."""

from compare.extract.residues.extract import NAME, extract, frame_of, modulus, reads

__all__ = ["NAME", "extract", "frame_of", "modulus", "reads"]
