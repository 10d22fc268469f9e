"""How workers end: with Ctrl-C, with the interpreter, with the training process however that ends. Nothing is left."""

import os
import signal
import time

import pytest
from flambeau.data import DataLoader
from flambeau.data.workers import start
from processes import LIMIT, left, marked, program, waited

METHODS = ("server", "fork", "spawn")


def test_ctrl_c_while_a_worker_starts(nothing_left, monkeypatch):
    """As in a notebook, where the program goes on: the next loader does not take the answer to the request that was
    interrupted for its own."""
    receive = start._Server._receive

    def interrupted(server, seconds):
        monkeypatch.setattr(start._Server, "_receive", receive)
        raise KeyboardInterrupt

    monkeypatch.setattr(start._Server, "_receive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(DataLoader(range(2), num_workers=1))
    loader = DataLoader(range(4), 1, num_workers=2, collate_fn=lambda samples: os.getpid())
    assert set(loader) == {worker.pid for worker in loader._crew._idle[0].workers}


def test_ctrl_c_during_a_fork(nothing_left, ctrl_c, monkeypatch):
    """It is raised when the fork is done, and not within a hook, where it would be ignored."""
    fork = os.fork

    def interrupted():
        pid = fork()
        if pid:
            signal.raise_signal(signal.SIGINT)
            assert len([sum(range(n)) for n in range(100)]) == 100  # so long it is held back
        return pid

    monkeypatch.setattr(os, "fork", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(DataLoader(range(2), num_workers=1, multiprocessing_context="fork"))
    monkeypatch.setattr(os, "fork", fork)
    assert len(list(DataLoader(range(2), num_workers=1, multiprocessing_context="fork"))) == 2


@pytest.mark.parametrize("method", [*METHODS, "thread"])
def test_ctrl_c_that_ends_no_wait(method):
    """It may come just before the wait for a batch begins, or be taken by another thread, as here: it is raised all the
    same, though no batch ever comes."""
    code = f"""
        import os, signal, threading, time
        from flambeau.data import DataLoader
        class Stuck(list):
            def __getitem__(self, index):
                time.sleep(1e6)
        def take():
            time.sleep(0.5)
            print("now", flush=True)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            os.kill(os.getpid(), signal.SIGINT)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        threading.Thread(target=take, daemon=True).start()
        list(DataLoader(Stuck([1]), num_workers=1, multiprocessing_context={method!r}))
    """
    with program(code) as (started, mark):
        assert started.stdout.readline() == "now\n"
        _, errors = started.communicate(timeout=LIMIT)
        assert errors.endswith("KeyboardInterrupt\n") and not left(mark, 5), errors


@pytest.mark.parametrize("method", [*METHODS, "thread"])
@pytest.mark.parametrize(
    ("end", "said"), [("sys.exit()", ""), ("raise ValueError('the end')", "ValueError: the end\n")]
)
def test_the_interpreter_exits_within_a_loop(method, end, said):
    """With batches on their way and another loader's workers waiting: nothing is said about it, and nothing is left."""
    code = f"""
        import sys, time
        from flambeau.data import DataLoader
        class Slow(list):
            def __getitem__(self, index):
                time.sleep(0.01)
                return index
        idle = DataLoader(Slow(range(4)), num_workers=2, multiprocessing_context={method!r})
        list(idle)
        for batch in DataLoader(Slow(range(100)), 2, num_workers=2, multiprocessing_context={method!r}):
            if 10 in batch:
                print("here", flush=True)
                {end}
    """
    with program(code) as (started, mark):
        assert started.stdout.readline() == "here\n"
        _, errors = started.communicate(timeout=LIMIT)
        assert not left(mark, 5)
    assert errors.endswith(said) and errors.count("Traceback") == bool(said) and "Exception ignored" not in errors


def wait_for_a_file(folder):
    assert waited(lambda: os.listdir(folder), 60)


@pytest.mark.parametrize("method", ["server", "spawn"])
def test_ctrl_c_at_a_terminal_while_a_worker_begins(tmp_path, method):
    """It reaches all processes of the session, and only the training process says something about it."""
    ran = tmp_path / "ran"
    ran.mkdir()
    (tmp_path / "sitecustomize.py").write_text(f"import time\nopen('{ran}/1', 'w').close()\ntime.sleep(1)\n")
    code = f"""
        import sys
        from flambeau.data import DataLoader
        sys.path.insert(0, {str(tmp_path)!r})  # the interpreters of workers run what is there
        list(DataLoader(range(4), num_workers=2, multiprocessing_context={method!r}))
    """
    with program(code) as (started, mark):
        wait_for_a_file(ran)
        os.killpg(started.pid, signal.SIGINT)
        _, errors = started.communicate(timeout=LIMIT)
        assert not left(mark, 5)
    assert errors.count("Traceback") == 1 and errors.endswith("KeyboardInterrupt\n"), errors


@pytest.mark.parametrize("method", METHODS)
def test_children_of_the_training_process_leave_its_workers_alone(method):
    """A forked child that exits has copies of the pools, and must not end them."""
    code = f"""
        import os, sys
        from flambeau.data import DataLoader
        loader = DataLoader(range(40), 1, num_workers=2, multiprocessing_context={method!r})
        batches = iter(loader)
        next(batches)
        if os.fork() == 0:
            sys.exit()
        os.wait()
        print(sum(1 for _ in batches))
    """
    with program(code) as (started, _):
        assert started.communicate(timeout=60) == ("39\n", "")


@pytest.mark.parametrize("method", [*METHODS, "thread"])
def test_a_forked_process_has_workers_of_its_own(method):
    """Those that a loader keeps between epochs work for the process that began them."""
    code = f"""
        import os
        from flambeau.data import DataLoader
        loader = DataLoader(range(40), None, num_workers=2, multiprocessing_context={method!r})
        assert list(loader) == list(range(40))
        child = os.fork()
        right = list(loader) == list(range(40))
        if child == 0:
            os._exit(not right)
        print(right, os.waitpid(child, 0)[1])
    """
    with program(code) as (started, _):
        assert started.communicate(timeout=60) == ("True 0\n", "")


@pytest.mark.parametrize("method", METHODS)
def test_a_forked_process_keeps_no_workers(method):
    """They end with the training process, also where a process that it forked lives on."""
    code = f"""
        import os, time
        from flambeau.data import DataLoader
        loader = DataLoader(range(40), 1, num_workers=2, multiprocessing_context={method!r})
        batches = iter(loader)
        next(batches)
        child = os.fork()
        if child == 0:
            time.sleep(1e6)
        print(child, flush=True)
        time.sleep(1e6)
    """
    with program(code) as (started, mark):
        child = int(started.stdout.readline())
        started.kill()
        started.wait(LIMIT)
        waited(lambda: marked(mark) == [child], 5)
        assert marked(mark) == [child]


PARENT = """
import os, sys, time
from flambeau.data import DataLoader
class Slow:
    def __len__(self):
        return 1000
    def __getitem__(self, index):
        if index > 10:
            time.sleep(1e6)
        return os.getpid()
for batch in DataLoader(Slow(), None, num_workers=2, multiprocessing_context={method!r}):
    print(batch, flush=True)
"""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(method, number):
    """However the training process ends, its workers are gone within five seconds, also those stuck in a sample."""
    with program(PARENT.format(method=method)) as (parent, mark):
        for _ in range(8):
            assert int(parent.stdout.readline()) in marked(mark)
        time.sleep(0.2)
        parent.send_signal(number)
        assert waited(lambda: parent.poll() is not None, LIMIT)
        assert not left(mark, 5)


@pytest.mark.parametrize("method", ["server", "spawn"])
def test_workers_end_with_their_parent_while_they_begin(tmp_path, method):
    """Also those that have not got the whole dataset yet."""
    code = f"""
        from flambeau.data import DataLoader
        class Stuck(list):
            def __reduce__(self):
                return exec, ("import time; open('{tmp_path}/1', 'w').close(); time.sleep(1e6)",)
        list(DataLoader(Stuck([1, 2]), num_workers=2, multiprocessing_context={method!r}))
    """
    with program(code) as (started, mark):
        wait_for_a_file(tmp_path)
        started.kill()
        started.wait(LIMIT)
        assert not left(mark, 5)
