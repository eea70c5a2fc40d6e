"""Recurrent nets: their states as a machine, the machine as arithmetic on few integers, and where these sit."""

from compare.extract.recurrent.extract import NAME, extract, reads

__all__ = ["NAME", "extract", "reads"]
