"""Programs found by gradient descent: nets with named sites, and their training."""

from nets.arch import (
    ARCHITECTURES,
    autoencoder,
    cnn,
    generator,
    hierarchy,
    mlp,
    recurrent,
    sequence_transformer,
    transformer,
)
from nets.check import check_net
from nets.checkpoint import load_arrays, save_arrays
from nets.data import Batch, Data
from nets.edits import Patch, Shift, Sites, Snap, Tap, tapping
from nets.imported import from_arrays, from_model, from_torch
from nets.log import Trained
from nets.losses import LOSSES
from nets.net import Net, Params, wrap
from nets.recipe import Recipe
from nets.resume import Save
from nets.stepwise import stepwise
from nets.train import train, train_many

__all__ = [
    "ARCHITECTURES",
    "LOSSES",
    "Batch",
    "Data",
    "Net",
    "Params",
    "Patch",
    "Recipe",
    "Save",
    "Shift",
    "Sites",
    "Snap",
    "Tap",
    "Trained",
    "autoencoder",
    "check_net",
    "cnn",
    "from_arrays",
    "from_model",
    "from_torch",
    "generator",
    "hierarchy",
    "load_arrays",
    "mlp",
    "recurrent",
    "save_arrays",
    "sequence_transformer",
    "stepwise",
    "tapping",
    "train",
    "train_many",
    "transformer",
    "wrap",
]
