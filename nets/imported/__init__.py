"""Nets that were made elsewhere: JAX functions and modules as they are, weights of PyTorch in our architectures.

PyTorch need not be there: a state dict is arrays by name.
"""

from nets.imported.model import from_model
from nets.imported.state_dict import from_arrays, from_torch

__all__ = ["from_arrays", "from_model", "from_torch"]
