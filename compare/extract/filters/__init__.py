"""Nets that read images by filters: edges as formulas, and what is put together from them."""

from compare.extract.filters.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
