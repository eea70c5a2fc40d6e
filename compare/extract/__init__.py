"""Extractors: a net as one program, or a refusal that says why."""

from compare.extract import residues

EXTRACTORS = (residues.extract,)
