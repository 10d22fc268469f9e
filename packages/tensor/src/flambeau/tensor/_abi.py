"""The number of the compiled interface that other packages build against.

It stands for the memory layout and the virtual tables in ``_core/tensor.pxd``. It is frozen within a minor version
and counted up with any change of either; a package compiled against another number must refuse to load.
"""

ABI = 2
