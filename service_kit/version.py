"""The version of Dermis: stands here and nowhere else.

Containers hold the code without its package's metadata, so `importlib.metadata` would find nothing
there. `pyproject.toml` reads this file, and `tests/test_version.py` looks after everything else
that names a version.
"""

__version__ = "1.0.0"
