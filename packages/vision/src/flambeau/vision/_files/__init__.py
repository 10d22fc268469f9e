"""Files from elsewhere: downloaded, verified, unpacked, and kept so that a bad one is never trusted.

::

    store ──▶ download      mirrors, resuming, checksums
      │ └───▶ archive       members checked, unpacked aside, then renamed
      └─────▶ lock, record  one process works, the others wait; what was verified before

Nothing here knows a dataset: :class:`File` says what is wanted, and :meth:`Store.prepare` sees that it is there.
"""
