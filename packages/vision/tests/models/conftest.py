"""What tests of models share."""

import pytest
from flambeau.nn import init

DRAWS = ("kaiming_normal_", "kaiming_uniform_", "normal_", "trunc_normal_", "uniform_", "xavier_uniform_")


def skip_draws(monkeypatch, library):
    for name in DRAWS:
        monkeypatch.setattr(library, name, lambda tensor, *args, **options: tensor)


@pytest.fixture
def without_draws(monkeypatch):
    """Models are made without initial values, which take most of the time; gives what does so to another library."""
    skip_draws(monkeypatch, init)
    return lambda library: skip_draws(monkeypatch, library)
