"""Fitters: one site, or one unit, as an expression over the arguments or over other sites."""
