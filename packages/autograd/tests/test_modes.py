"""``no_grad``, ``enable_grad``, ``set_grad_enabled``: as blocks, as decorators, in generators and threads."""

import asyncio
import threading

import pytest
from flambeau.autograd import enable_grad, grad, is_grad_enabled, no_grad, set_grad_enabled


def test_no_grad_omits_the_node_only(leaf):
    """Under no_grad results are Variables without history; leaves can be made."""
    x = leaf(1.0)
    with no_grad():
        y = x * 2
        assert not y.requires_grad and y.is_leaf
        assert type(y) is type(x)
        assert leaf(2.0).requires_grad
    assert (y * x).requires_grad


def test_blocks_nest_and_restore():
    """Each block restores what was before it, also after an exception."""
    with no_grad():
        with enable_grad():
            assert is_grad_enabled()
            with no_grad():
                assert not is_grad_enabled()
            assert is_grad_enabled()
        assert not is_grad_enabled()
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert is_grad_enabled()


def test_one_object_may_be_entered_again_and_within_itself():
    """A mode object is reusable and reentrant."""
    off = no_grad()
    with off:
        with off, enable_grad():
            assert is_grad_enabled()
        assert not is_grad_enabled()
    assert is_grad_enabled()
    with off:
        assert not is_grad_enabled()


@pytest.mark.parametrize("decorator", [lambda: no_grad(), lambda: no_grad, lambda: set_grad_enabled(False)])
def test_decorated_functions(decorator):
    """A decorated function runs under the mode, keeps its name, and leaves the mode as it was."""

    def work(n):
        "Documented."
        assert not is_grad_enabled()
        return work(n - 1) if n else "done"

    work = decorator()(work)
    assert is_grad_enabled()
    assert work(2) == "done"
    assert work.__name__ == "work" and work.__doc__ == "Documented."
    assert is_grad_enabled()


def test_decorated_generators():
    """A generator's mode applies while it runs, not between; send, throw, close and return work."""

    @no_grad()
    def numbers():
        try:
            got = yield is_grad_enabled()
            try:
                yield got, is_grad_enabled()
            except KeyError:
                yield "caught", is_grad_enabled()
            return "end"
        finally:
            closed.append(is_grad_enabled())

    closed: list = []
    run = numbers()
    assert next(run) is False and is_grad_enabled()
    assert run.send("sent") == ("sent", False) and is_grad_enabled()
    assert run.throw(KeyError()) == ("caught", False) and is_grad_enabled()
    with pytest.raises(StopIteration) as stop:
        next(run)
    assert stop.value.value == "end"
    run = numbers()
    next(run)
    run.close()
    assert closed == [False, False] and is_grad_enabled()


def test_set_grad_enabled_acts_at_once_or_for_a_block():
    """As a call it stays; as a block it ends."""
    try:
        set_grad_enabled(False)
        assert not is_grad_enabled()
        with set_grad_enabled(True):
            assert is_grad_enabled()
        assert not is_grad_enabled()
    finally:
        set_grad_enabled(True)


@pytest.mark.parametrize("mode, name", [(no_grad, "no_grad"), (enable_grad, "enable_grad")])
def test_coroutines_are_refused(mode, name):
    """A coroutine would carry its mode into other tasks."""

    async def work():
        await asyncio.sleep(0)

    with pytest.raises(TypeError) as raised:
        mode()(work)
    assert str(raised.value) == (
        f"{name}(): argument 'function': expected a function or generator, got the coroutine work; "
        f"use `with` inside it, around parts without await"
    )


def test_modes_belong_to_threads():
    """One mode object used by two threads at once does not carry one's mode to the other."""
    off = no_grad()
    inside, leave = threading.Barrier(2), threading.Barrier(2)
    found = []

    def work(start):
        with set_grad_enabled(start):
            with off:
                inside.wait()
                found.append(is_grad_enabled())
                leave.wait()
            found.append(is_grad_enabled() == start)

    threads = [threading.Thread(target=work, args=(start,)) for start in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, False, True, True]


def test_enable_grad_inside_no_grad_records(leaf):
    """What is computed within enable_grad can be differentiated, wherever it stands."""
    x = leaf(3.0)
    with no_grad(), enable_grad():
        y = x * x
    assert grad(y, x)[0].item() == 6.0
