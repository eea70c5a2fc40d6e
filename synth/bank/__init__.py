"""Distinct programs in arrays, built bottom up by cost: the store, its hashing, the compiled loops, the budget."""
