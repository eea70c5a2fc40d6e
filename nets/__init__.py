"""Programs found by gradient descent: nets with named sites, and their training."""

from nets.arch import ARCHITECTURES, mlp, transformer
from nets.data import Data
from nets.net import Net, Params, Sites, Tap, tapping, wrap
from nets.recipe import Recipe
from nets.train import Trained, train

__all__ = [
    "ARCHITECTURES",
    "Data",
    "Net",
    "Params",
    "Recipe",
    "Sites",
    "Tap",
    "Trained",
    "mlp",
    "tapping",
    "train",
    "transformer",
    "wrap",
]
