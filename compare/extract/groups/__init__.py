"""Nets from two elements of a small group to their product, one hidden layer of its irreducible representations."""

from compare.extract.groups.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
