"""The Hessian of a function of 20 variables: many small passes through a recorded gradient."""

from ..harness import Case

VARIABLES = 20


def rosenbrock(x):
    """Rosenbrock's function, extended to many variables."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def ours():
    import flambeau.tensor as ft
    from flambeau.autograd import functional

    x = ft.linspace(-1, 1, VARIABLES)
    return lambda: functional.hessian(rosenbrock, x)


def torch():
    import torch

    x = torch.linspace(-1, 1, VARIABLES)
    return lambda: torch.autograd.functional.hessian(rosenbrock, x)


CASES = [Case(f"hessian of Rosenbrock's function of {VARIABLES} variables", {"flambeau": ours, "torch": torch})]
