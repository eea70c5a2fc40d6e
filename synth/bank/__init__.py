"""Distinct programs in arrays, built bottom up in order of bits; a candidate is a row, never an object.

- `stored`, `store`, `hashing`, `table`: the programs of each type with their values and fingerprints
- `bank`, `rectangles`, `outcomes`: building those of the next cost; `levels` hands them out one cost at a time
- `match`: which candidates of a cost have the wanted values; `elsewhere`: values of what is stored on other rows
- `kernels`, `kernel_source`, `table_loops`, `passes`: the compiled loops; `device/`: the same on JAX
- `lambdas/`: functions as arguments; `budget`: what a search may spend
"""
