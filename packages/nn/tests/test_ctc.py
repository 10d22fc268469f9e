"""The CTC loss of targets that do not fit."""

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.autograd import Variable
from nn_helpers import random


@pytest.mark.parametrize("zero_infinity", [True, False])
def test_ctc_that_does_not_fit(zero_infinity):
    """A target longer than its steps has an infinite loss, or none; its gradient is 0, not nan."""
    x = Variable(ft.tensor(random(2, 1, 4)), requires_grad=True)
    ours = nn.CTCLoss(reduction="sum", zero_infinity=zero_infinity)
    loss = ours(F.log_softmax(x, -1), ft.tensor([[1, 2, 3]]), [2], [3])
    assert loss.item() == (0 if zero_infinity else np.inf)
    loss.backward()
    assert x.grad.abs().sum().item() == 0
