"""Methods of Tensor that are written in Python, a family to a module."""
