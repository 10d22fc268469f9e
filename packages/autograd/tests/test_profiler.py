"""The profiler: time, count and memory of each operator."""

import json
import threading
import time

import flambeau.tensor as ft
import pytest
from flambeau.autograd import Function, Variable, profiler


def test_operators_and_backward(leaf):
    """Every call, in forward and in backward, with what it allocated; steps of backward contain what they compute."""
    x = leaf(1.0, 2.0)
    with profiler.profile(record_shapes=True) as prof:
        y = (x.reshape(2, 1) * ft.ones(1, 3)).sum()
        y.backward()
    rows = {(row.kind, row.name): row for row in prof.averages()}
    assert rows["operator", "mul"].count >= 1
    assert {name for kind, name in rows if kind == "backward"} == {
        "backward of reshape", "backward of mul", "backward of sum"
    }  # fmt: skip
    first = next(e for e in prof.events if e.name == "mul")
    assert (first.memory, first.shapes) == (24, ((2, 1), (1, 3)))
    assert next(e for e in prof.events if e.name == "reshape").memory == 0
    run = next(e for e in prof.events if e.name == "backward")
    steps = [e for e in prof.events if e.kind == "backward"]
    assert all(run.start <= e.start <= e.end <= run.end for e in steps)
    assert run.own <= run.duration - sum(e.duration for e in steps) + 1e-9
    forward = ": y = (x.reshape(2, 1) * ft.ones(1, 3)).sum()"
    operators = [e for e in prof.events if e.kind == "operator"]
    assert all(forward in e.line for e in (*steps, *(e for e in operators if e.start < run.start)))
    assert all(forward in e.line for e in operators if steps[0].start <= e.start <= steps[0].end)


def test_times_are_those_of_the_calls():
    """What happens between calls is nobody's; what happens inside is."""

    class Slow(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            time.sleep(0.1)
            return g * 2

    x = Variable(ft.ones(2), requires_grad=True)
    with profiler.profile() as prof:
        y = Slow.apply(x)
        time.sleep(0.1)
        y.sum().backward()
    rows = {row.name: row for row in prof.averages()}
    assert rows["backward of Slow"].own >= 0.1
    assert rows["mul"].total < 0.1 and rows["backward"].own < 0.1
    assert (rows["Slow"].kind, rows["Slow"].count) == ("function", 1)
    assert rows["Slow"].own < rows["Slow"].total < 0.1


def test_table():
    """A line for each name, sorted as asked."""
    with profiler.profile() as prof:
        ft.ones(1000).exp()
        ft.ones(10).add_(1)
    lines = prof.table(sort_by="name").splitlines()
    assert lines[0].split() == ["name", "count", "total", "self", "average", "memory"]
    assert [line.split()[:2] for line in lines[1:]] == [["add_", "1"], ["exp", "1"], ["ones", "2"]]
    assert lines[2].endswith("  3.906 KiB") and lines[1].endswith("  0 B")
    assert prof.table(sort_by="count", row_limit=1).splitlines()[1].startswith("ones")
    assert prof.table(sort_by="memory").splitlines()[1].startswith("ones")
    assert repr(prof) == prof.table()
    with pytest.raises(ValueError) as raised:
        prof.table(sort_by="colour")
    assert str(raised.value) == (
        "table(): argument 'sort_by': expected 'own' or 'total' or 'count' or 'memory' or 'name', got 'colour'"
    )
    assert profiler.profile().table().splitlines() == ["name  count  total  self  average  memory"]


def test_chrome_trace(tmp_path):
    """Complete events in microseconds, one lane for each thread."""
    with profiler.profile() as prof, profiler.record_function("block"):
        ft.ones(3)
        thread = threading.Thread(target=lambda: ft.zeros(3))
        thread.start()
        thread.join()
    file = tmp_path / "trace.json"
    prof.export_chrome_trace(file)
    trace = json.loads(file.read_text())["traceEvents"]
    assert [(e["name"], e["ph"], e["tid"]) for e in trace] == [("block", "X", 0), ("ones", "X", 0), ("zeros", "X", 1)]
    block, ones, _ = trace
    assert block["ts"] == 0 and ones["ts"] + ones["dur"] <= block["dur"]
    assert ones["args"]["memory"] == 12


def test_failed_calls_leave_nothing_open():
    """A call that raises is not counted, and the blocks around it end where they do."""
    with profiler.profile() as prof:
        with pytest.raises(ft.ShapeError), profiler.record_function("block"):
            ft.ones(2) + ft.ones(3)
        ft.ones(2)
        x = Variable(ft.ones(2), requires_grad=True)
        y = x.exp()
        y.zero_()
        with pytest.raises(RuntimeError):
            y.sum().backward()
        ft.zeros(2)
    names = [e.name for e in prof.events if e.kind != "backward"]
    assert names[:4] == ["ones", "ones", "block", "ones"] and names[-1] == "zeros"
    assert "add" not in names and not prof._open


def test_several_profiles_and_blocks(leaf):
    """Profiles may be nested and used again; a running one cannot be entered."""
    outer, inner = profiler.profile(), profiler.profile()
    with outer:
        ft.ones(1)
        with inner:
            leaf(1.0).exp().backward()
    ft.ones(1)
    assert next(e.name for e in inner.events) == "exp"
    assert [e.name for e in outer.events] == ["ones", *[e.name for e in inner.events]]
    with inner:
        ft.zeros(1)
        with pytest.raises(ValueError) as raised, inner:
            pass
    assert str(raised.value) == "profile(): expected a profiler that is not running, got one that is"
    assert inner.events[-1].name == "zeros"
