"""Many threads at once, for a short time: small operations, views, in-place changes, observers."""

import sys
import threading

import flambeau.tensor as ft
import pytest

ROUNDS = 300


@pytest.fixture(autouse=True)
def frequent_switches():
    previous = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(previous)


def together(*works):
    """Run the functions in threads of their own; raise what they raise."""
    errors = []

    def guarded(work):
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_threads_compute_apart():
    """Results of one thread are not touched by another, in compiled loops, views and reductions."""

    def work(k):
        def run():
            for i in range(ROUNDS):
                x = ft.full((4, 4), float(k))
                y = (x * 2 + i).T[1:].reshape(-1)
                y += 1
                assert y.tolist() == [2.0 * k + i + 1] * 12
                assert x.sum().item() == 16.0 * k

        return run

    together(*[work(k) for k in range(4)])


def test_versions_of_one_tensor_count_every_change():
    """In-place changes of one Tensor from several threads are all counted."""
    x = ft.zeros(4)

    def work():
        for _ in range(ROUNDS):
            x.data.add_(1)

    together(*[work] * 4)
    assert x.version == 4 * ROUNDS


def test_observers_of_several_threads():
    """Blocks that overlap in several threads leave nothing behind, and none misses its own calls."""
    ends = []

    def work():
        for _ in range(ROUNDS // 10):
            seen = []
            with ft.observe(lambda op, args, out, result, seen=seen: seen.append(op.name)):
                ft.ones(1).exp()
            ends.append(seen.count("exp") >= 1)

    together(*[work] * 4)
    assert all(ends)
    seen = []
    with ft.observe(lambda op, *_: seen.append(op.name)):
        ft.zeros(1)
    assert seen == ["zeros"]
    ft.zeros(1)
    assert seen == ["zeros"]


def test_random_numbers_of_own_generators():
    """A Generator per thread gives what it gives alone."""
    expected = [ft.rand(3, generator=ft.Generator(k)).tolist() for k in range(4)]

    def work(k):
        def run():
            for _ in range(ROUNDS // 10):
                assert ft.rand(3, generator=ft.Generator(k)).tolist() == expected[k]

        return run

    together(*[work(k) for k in range(4)])
