"""The reference backend: every operator written plainly against ``xp``, one family a file.

It is the definition of each operator, the fall-back for every dtype and layout, and the oracle in tests. Kernels use
only what NumPy and CuPy both have, and never look at a value on the host (``float(x)``, ``if x.any():``).

Records are made without these files, from a table that the build takes from them; a family is imported when one of its
kernels, checks or composites is first needed.
"""
