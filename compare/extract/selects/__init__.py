"""Transformers as programs of select and aggregate."""

from compare.extract.selects.extract import NAME, extract
from compare.extract.selects.layout import reads

__all__ = ["NAME", "extract", "reads"]
