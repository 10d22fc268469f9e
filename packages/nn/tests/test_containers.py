"""Modules and parameters in rows and by name."""

import copy
import pickle

import flambeau.nn as nn
import flambeau.tensor as ft
import pytest


def kinds(row):
    return [type(module).__name__ for module in row]


@pytest.mark.parametrize("make", [nn.ModuleList, lambda row=(): nn.Sequential(*row)], ids=["ModuleList", "Sequential"])
def test_rows_of_modules(make):
    """They are lists: sliced, extended, shortened; and always named by positions."""
    row = make([nn.Linear(1, 1), nn.ReLU()])
    row.append(nn.Tanh()).extend([nn.Sigmoid()]).insert(1, nn.Flatten())
    assert kinds(row) == ["Linear", "Flatten", "ReLU", "Tanh", "Sigmoid"]
    assert [name for name, _ in row.named_children()] == list("01234")
    assert (row[-1], len(row[1:3]), type(row[1:3])) == (row[4], 2, type(row))
    row[0] = nn.ELU()
    del row[1]
    assert kinds(row) == ["ELU", "ReLU", "Tanh", "Sigmoid"]
    assert kinds([row.pop(), row.pop(0)]) == ["Sigmoid", "ELU"]
    del row[:1]
    row += [nn.ReLU()]
    assert (kinds(row), kinds(row + make([nn.ELU()]))) == (["Tanh", "ReLU"], ["Tanh", "ReLU", "ELU"])
    assert [name for name, _ in row.named_children()] == ["0", "1"]
    assert kinds(pickle.loads(pickle.dumps(row))) == kinds(copy.deepcopy(row)) == kinds(row)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: nn.ModuleList([3]), TypeError, "append(): argument 'module': expected Module, got int"),
        (
            lambda: nn.ModuleList().append(len), TypeError,
            "append(): argument 'module': expected Module, got builtin_function_or_method; wrap a function in a Module",
        ),
        (lambda: nn.ModuleList()[0], IndexError, "ModuleList(): argument 'index': expected none: it is empty, got 0"),
        (
            lambda: nn.Sequential(nn.ReLU())[1], IndexError,
            "Sequential(): argument 'index': expected an int from -1 to 0, got 1",
        ),
        (
            lambda: nn.Sequential(nn.ReLU()).insert(2, nn.ReLU()), IndexError,
            "insert(): argument 'index': expected an int from -1 to 1, got 2",
        ),
        (
            lambda: nn.ModuleDict({"keys": nn.ReLU()}), ValueError,
            "ModuleDict(): argument 'name': expected a name that ModuleDict does not use itself, got 'keys'",
        ),
        (lambda: nn.ModuleDict()["x"], KeyError, '"ModuleDict(): argument \'name\': expected one of [], got \'x\'"'),
        (
            lambda: nn.ModuleList([nn.ReLU()])(3), NotImplementedError,
            "ModuleList holds modules and does not call them; loop over it in forward",
        ),
        (
            lambda: nn.ParameterList([3.0]), TypeError,
            "append(): argument 'values': expected Tensors or Parameters, got float",
        ),
        (
            lambda: nn.ParameterList([ft.ones(1)])[1], IndexError,
            "ParameterList(): argument 'index': expected an int from -1 to 0, got 1",
        ),
        (
            lambda: nn.Sequential() * 0, ValueError,
            "Sequential(): argument 'times': expected an int of 1 or more, got 0",
        ),
    ],
)  # fmt: skip
def test_messages(call, error, text):
    """What does not go says why."""
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == text


def test_repeated_sequential():
    """Times a number it is as many in a row, of the same layers."""
    layer = nn.Linear(1, 1)
    net = 3 * nn.Sequential(layer)
    assert (len(net), len(list(net.parameters()))) == (3, 2)
    net *= 2
    assert len(net) == 6


def test_module_lists_print_what_is_alike_once():
    """Modules that print alike and follow each other take one line."""
    row = nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh()])
    assert repr(row) == "ModuleList(\n  (0-1): 2 x ReLU()\n  (2): Tanh()\n)"


def test_module_dict():
    """A dict whose values are trained."""
    heads = nn.ModuleDict([("a", nn.Linear(1, 1)), ("b", nn.ReLU())])
    heads.update({"c": nn.Tanh()})
    heads["a"] = nn.Linear(2, 2)
    assert (list(heads), len(heads), "b" in heads, "x" in heads) == (["a", "b", "c"], 3, True, False)
    assert list(heads.state_dict()) == ["a.weight", "a.bias"]
    assert [name for name, _ in heads.items()] == heads.keys()
    assert type(heads.pop("b")) is nn.ReLU
    heads.clear()
    assert heads.values() == []


def test_parameter_list():
    """Tensors become Parameters, which are trained and saved."""
    row = nn.ParameterList([ft.ones(2), nn.Parameter(ft.ones(3))])
    row.append(ft.ones(4))
    row += [ft.ones(5)]
    row[-1] = ft.ones(6)
    assert [p.shape for p in row] == [(2,), (3,), (4,), (6,)]
    assert [p.shape for p in row[1:3]] == [(3,), (4,)]
    assert list(row.state_dict()) == ["0", "1", "2", "3"]
    assert repr(row[:1]) == "ParameterList((0): Parameter of float32 and size 2)"


def test_parameter_dict():
    """A dict of Parameters, with all a dict can."""
    held = nn.ParameterDict({"a": ft.ones(1), "b": ft.ones(2)})
    held |= {"c": ft.ones(3)}
    assert held.setdefault("d", ft.ones(4)) is held["d"]
    assert (held.get("x"), held.get("a").shape, list(reversed(held))) == (None, (1,), ["d", "c", "b", "a"])
    assert list(held | {"e": ft.ones(1)}) == ["a", "b", "c", "d", "e"]
    assert held.popitem()[0] == "d"
    assert held.pop("a").shape == (1,)
    assert held.copy()["b"] is held["b"]
    assert list(held.fromkeys(["x", "y"], ft.ones(1))) == ["x", "y"]
    held.clear()
    with pytest.raises(KeyError, match="expected a parameter, got none: it is empty"):
        held.popitem()
