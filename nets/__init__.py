"""Programs found by gradient descent: nets with named sites, and their training."""

from nets.arch import ARCHITECTURES, cnn, mlp, recurrent, sequence_transformer, transformer
from nets.check import check_net
from nets.checkpoint import load_arrays, save_arrays
from nets.data import Data
from nets.edits import Patch, Shift, Sites, Tap, tapping
from nets.imported import from_arrays, from_torch
from nets.net import Net, Params, wrap
from nets.recipe import Recipe
from nets.train import Trained, train

__all__ = [
    "ARCHITECTURES",
    "Data",
    "Net",
    "Params",
    "Patch",
    "Recipe",
    "Shift",
    "Sites",
    "Tap",
    "Trained",
    "check_net",
    "cnn",
    "from_arrays",
    "from_torch",
    "load_arrays",
    "mlp",
    "recurrent",
    "save_arrays",
    "sequence_transformer",
    "tapping",
    "train",
    "transformer",
    "wrap",
]
