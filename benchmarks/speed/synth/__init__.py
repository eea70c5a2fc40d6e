"""The synthesizer against its peers, side by side on one core: `python -m benchmarks.speed.synth`."""
