"""To NumPy and back: both share memory, so that their time is all overhead."""

from ..harness import Case, Statement


def ours(statement):
    def setup():
        import flambeau.tensor as ft
        import numpy as np

        names = {"x": ft.ones(4, 4), "from_numpy": ft.from_numpy, "a": np.ones((4, 4), np.float32)}
        return Statement(statement, names)

    return setup


def torch(statement):
    def setup():
        import numpy as np
        import torch

        names = {"x": torch.ones(4, 4), "from_numpy": torch.from_numpy, "a": np.ones((4, 4), np.float32)}
        return Statement(statement, names)

    return setup


CASES = [
    Case(statement, {"flambeau": ours(statement), "torch": torch(statement)})
    for statement in ("x.numpy()", "from_numpy(a)")
]
