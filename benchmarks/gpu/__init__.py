"""What a GPU does for us, beside PyTorch in one process: `python -m benchmarks.gpu [--only lstm,adam]`.

Rivals take turns: a time is the median of the turns, a ratio that of the ratios of each turn. What is bound by the host
is timed by the host's clock, without waiting for the device inside a block of calls; what is bound by the device, by
events of the device around a block; a training step, by the host's clock until the device is done. Shares are of the
rate at which the device copies memory, measured in the same process.

Each row stands for itself: one that fails prints its error, and one that takes the process with it is left out when
the rest goes on in another.
"""
