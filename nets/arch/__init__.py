"""Architectures: each a function from sizes to a `Net`; its docstring says what it computes and lays out its params."""

from nets.arch.mlp import mlp
from nets.arch.transformer import transformer

ARCHITECTURES = (mlp, transformer)
