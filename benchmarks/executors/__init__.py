"""Where jobs run: processes of this machine, or a Ray cluster. Both are `concurrent.futures` behind one interface."""

from benchmarks.executors.executor import Death, Executor
from benchmarks.executors.local import Local

__all__ = ["Death", "Executor", "Local"]
