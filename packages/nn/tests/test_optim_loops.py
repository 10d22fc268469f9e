"""The usual optimizers run by the loops that tensor has for whole programs."""

import flambeau.tensor as ft
import pytest
from flambeau import optim
from flambeau.autograd import Variable
from flambeau.tensor._fused_loops import PROGRAMS
from optimizers import product

USUAL = [
    *((optim.SGD, {"lr": 0.1, **options}) for options in product(momentum=[0, 0.9], weight_decay=[0, 0.1])),
    *((optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, **o}) for o in product(weight_decay=[0, 0.1])),
    *((optim.Adam, options) for options in product(weight_decay=[0, 0.1])),
    (optim.AdamW, {}),
    (optim.Adagrad, {}),
    (optim.RMSprop, {}),
]


def programs(optimizer, options):
    """The programs of its second step; the first may only make the state."""
    p = Variable(ft.ones(8), requires_grad=True)
    p.grad = Variable(ft.ones(8))
    made = optimizer([p], **options)
    for _ in range(2):
        made.step()
    return [program.update.program for kinds in made._programs.values() for program in kinds.values() if program]


@pytest.mark.parametrize(
    ("optimizer", "options"), USUAL, ids=[f"{o.__name__}-{'-'.join(map(str, given.values()))}" for o, given in USUAL]
)
def test_the_usual_steps_have_loops(optimizer, options):
    """A change of an update, which changes its program, must not lose the loop."""
    (program,) = programs(optimizer, options)
    assert program.has_own_loop, f"add to tensor's _fused_loops.py, and build it again:\n{program.text()}"


def test_no_loop_is_made_for_nobody():
    """Each listed program is the step of one of these: lines that a change has left behind are to be removed."""
    used = {program.text() for optimizer, options in USUAL for program in programs(optimizer, options)}
    assert set(PROGRAMS) - used == set()
