"""Boards: nets that play games for two by their moves alone, their state a code of squares as the mover sees them."""

from compare.extract.boards.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
