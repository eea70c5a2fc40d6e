"""Extractors: a net as one program, or a refusal that says why."""

from compare.extract import attention, boolean, integers, residues

EXTRACTORS = (boolean.extract, residues.extract, attention.extract, integers.extract)
