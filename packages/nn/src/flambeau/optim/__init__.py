"""Optimizers: they change parameters by what their gradients say.

>>> from flambeau import optim
>>> from flambeau.autograd import Variable
>>> w = Variable(ft.tensor(1.0), requires_grad=True)
>>> optimizer = optim.SGD([w], lr=0.25)
>>> (w * w).backward()
>>> optimizer.step()
>>> w.item()
0.5
"""

from .adam import Adam as Adam
from .optimizer import Optimizer as Optimizer
from .sgd import SGD as SGD

__all__ = ["SGD", "Adam", "Optimizer"]
