"""Workers that read batches beside the training process.

::

    DataLoader ──▶ Pool ──tasks──▶ worker ──▶ fetch ──▶ arena
                     ◀──where the batch lies──   (shared memory)

``start``     how a worker begins: by the server, by fork, by spawn, or as a thread
``server``    the process that workers are forked from
``process``   what a worker does
``arena``     the shared memory in which batches travel
``transfer``  objects as bytes and buffers
``pool``      the workers of one loader, as seen from the training process
"""
