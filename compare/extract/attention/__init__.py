"""Nets from two residues to a residue, one layer of attention heads before a hidden layer of waves."""

from compare.extract.attention.extract import NAME, extract
from compare.extract.residues import reads

__all__ = ["NAME", "extract", "reads"]
