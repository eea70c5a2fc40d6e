"""Functions as arguments: every function of a language in order of bits, and its values on arrays."""
