"""Nets from two residues to a residue, one hidden layer of waves."""

from compare.extract.residues.extract import NAME, extract, modulus, reads

__all__ = ["NAME", "extract", "modulus", "reads"]
