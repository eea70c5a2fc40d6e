"""Any feed-forward net: which functions of its arguments it keeps, and how its units put them together."""

from compare.extract.units.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
