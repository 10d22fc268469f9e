"""Profiles of the property tests, for every package: `pytest --hypothesis-profile soak` looks longer."""

from hypothesis import settings

settings.register_profile("house", deadline=None)  # the first call of an operator may take longer than the others
settings.register_profile("soak", deadline=None, max_examples=2000)
settings.load_profile("house")
