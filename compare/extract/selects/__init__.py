"""Transformers as programs of select and aggregate."""

from compare.extract.selects.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
