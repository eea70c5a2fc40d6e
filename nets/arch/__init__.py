"""Architectures: each a function from sizes to a `Net`; its docstring says what it computes and lays out its params."""

from nets.arch.autoencoder import autoencoder
from nets.arch.cnn import cnn
from nets.arch.generator import generator
from nets.arch.hierarchy import hierarchy
from nets.arch.mlp import mlp
from nets.arch.recurrent import recurrent
from nets.arch.sequence_transformer import sequence_transformer
from nets.arch.transformer import transformer

ARCHITECTURES = (mlp, transformer, recurrent, sequence_transformer, cnn, hierarchy, generator, autoencoder)
