"""Weights trained elsewhere, in our architectures. PyTorch need not be there: a state dict is arrays by name."""

from nets.imported.state_dict import from_arrays, from_torch

__all__ = ["from_arrays", "from_torch"]
