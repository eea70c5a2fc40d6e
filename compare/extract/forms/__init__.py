"""Nets over bits with any number of classes: every unit reads a sum of bits with small integer weights."""

from compare.extract.forms.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
