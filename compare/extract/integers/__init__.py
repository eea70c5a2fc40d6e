"""Nets from two integers to an integer, one hidden layer of waves or of ramps."""

from compare.extract.integers.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
