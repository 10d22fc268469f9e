"""Scratch memory of the CUDA backend: kept for a thread's next call in a stream, and nobody else's."""

import threading
import weakref

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from fibres.runtime import Runtime
from flambeau.tensor._cuda import _launch
from flambeau.tensor._cuda._scratch import LARGEST, MOST, release, scratch

pytestmark = fibres.needed


class Waiting(Runtime):
    """Launches that do not wait for their kernels, in a stream that can be changed."""

    def __init__(self):
        super().__init__()
        self.blocking = False
        self.current, self.number = 7, 0

    def stream(self):
        return self.current

    def device(self):
        return self.number


@pytest.fixture
def runtime(device):
    with fibres.replaced(_launch.use, Waiting()) as runtime:
        yield runtime
    release()


def test_the_next_call_has_the_same(runtime):
    """As long as it is large enough."""
    first = scratch(np, 1000)
    assert first.size >= 1000 and scratch(np, 10) is first and scratch(np, first.size) is first
    larger = scratch(np, first.size + 1)
    assert larger.size > first.size and scratch(np, 10) is larger


def test_streams_and_threads_have_their_own(runtime):
    """What one of them queued may still be read when another asks."""
    found = [scratch(np, 100)]
    thread = threading.Thread(target=lambda: found.append(scratch(np, 100)))
    thread.start()
    thread.join()
    runtime.current = 8
    found.append(scratch(np, 100))
    assert len({id(array) for array in found}) == 3
    runtime.current = 7
    assert scratch(np, 100) is found[0]


def test_devices_have_their_own(runtime):
    """The usual stream has the same number on each of them."""
    found = scratch(np, 100)
    runtime.number = 1
    assert scratch(np, 100) is not found
    runtime.number = 0
    assert scratch(np, 100) is found


def test_threads_that_ended_leave_little(runtime):
    """What they had is let go when many came after them."""
    first = weakref.ref(scratch(np, 100))
    for runtime.current in range(100, 100 + MOST):
        scratch(np, 100)
    assert first() is None


def test_much_is_not_kept(runtime):
    """A single large call does not keep its memory from all others."""
    large = scratch(np, LARGEST + 1)
    assert large.size == LARGEST + 1 and scratch(np, LARGEST + 1) is not large


def test_it_can_be_let_go(runtime):
    """As empty_cache() does."""
    first = scratch(np, 100)
    release()
    assert scratch(np, 100) is not first


def test_calls_do_not_disturb_each_other(runtime):
    """Several that need scratch memory, one after the other, give what they give with memory of their own."""
    there = "fibres:0"
    x, g = ft.randn(40, 8, 24, 24), ft.randn(40, 8, 24, 24)
    weight = ft.randn(8)
    want = ft.batch_norm(x, weight, weight)
    sums = x.sum((0, 2, 3)), x.sum()
    grads = ft.ops.batch_norm_backward(g, x, weight, want.mean, want.invstd)
    x, g, weight = x.to(there), g.to(there), weight.to(there)
    for _ in range(2):
        got = ft.batch_norm(x, weight, weight)
        got_sums = x.sum((0, 2, 3)), x.sum()
        got_grads = ft.ops.batch_norm_backward(g, x, weight, got.mean, got.invstd)
        for one, other in zip((*got, *got_sums, *got_grads), (*want, *sums, *grads), strict=True):
            np.testing.assert_allclose(one.cpu().numpy(), other.numpy(), rtol=1e-3, atol=2e-2)
