"""The derivative of every operator: one rule each, a family a file, written with differentiable operators.

``gradient(op, *names)`` attaches a function to an operator. It gets the gradient of the result and gives that of
the named arguments; its other parameters say what is kept for it: arguments by their names (dimensions normalised),
outputs by theirs, ``<argument>_shape``, ``<argument>_dtype``, and ``needs``, which of the named arguments matter.
Summing over broadcast dimensions and converting to the argument's dtype is the engine's work.
"""

import importlib
import pkgutil

# Importing a family attaches its rules.
for _family in pkgutil.iter_modules(__path__):
    if not _family.name.startswith("_"):
        importlib.import_module(f"{__name__}.{_family.name}")
