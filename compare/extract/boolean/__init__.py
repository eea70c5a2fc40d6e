"""Nets from Booleans to a Boolean, one hidden layer that reads subsets or counts of bits."""

from compare.extract.boolean.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
