"""Nets that carry phases: angles that every input turns."""

from compare.extract.phases.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
