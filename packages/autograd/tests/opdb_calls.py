"""The operator database's samples as functions to differentiate."""

import pytest
from flambeau.autograd import Variable
from flambeau.tensor.testing import opdb

DIFFERENTIABLE = [pytest.param(info, id=info.name) for info in opdb.entries() if info.differentiable]


def leaf(tensor):
    return Variable(tensor, requires_grad=True)


class Call:
    """A sample as a function of its Variables alone, the other arguments being fixed.

    Of complex results that are not unique it gives what is: with `settled`, of all of them.
    """

    def __init__(self, info, sample, function=None, settled=False):
        self.info = info
        self.settled = settled
        self.function = function or info.function
        self.names = list(sample.kwargs)
        self.count = len(sample.args)
        parameters = [p.name for p in info.operator.parameters]
        named = [*zip(parameters, sample.args, strict=False), *sample.kwargs.items()]
        self.arguments = [v.detach() if n in info.constants and isinstance(v, Variable) else v for n, v in named]
        self.arguments += sample.args[len(parameters) :]  # the rest of a shape given as `view(2, 3)`
        if len(sample.args) > len(parameters):
            self.names = []

    def __call__(self, *arguments):
        kwargs = dict(zip(self.names, arguments[self.count :], strict=True))
        if self.info.along:
            arguments = (self.info.along(arguments[0]), *arguments[1:])
        call = opdb.Sample(arguments[: self.count], kwargs).fresh()
        results = opdb.to_tuple(self.function(*call.args, **call.kwargs))
        operator = self.info.operator
        if self.info.settled and (self.settled or any(y.is_complex() for y in results)):
            return self.info.settled(results)
        return results if operator.many else results[: len(operator.outputs) - len(operator.auxiliary)]

    @property
    def variables(self):
        values = opdb.Sample(tuple(self.arguments), {}).values()
        return [value for value in values if isinstance(value, Variable) and value.requires_grad]


def calls(info, function=None, device=None, settled=False, **options):
    """The samples at which an operator has derivatives, as calls, and themselves; `options` are those of ``Make``."""
    for sample in info.generate_smooth(**opdb.tensors(device), leaf=leaf, **options):
        call = Call(info, sample, function, settled)
        if call.variables:
            yield call, sample
