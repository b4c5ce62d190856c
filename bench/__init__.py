"""The measured bars: what the house must hold under load, at size, and when it is killed.

`python -m bench --help`; figures and what they mean: docs/bench.md.
"""
