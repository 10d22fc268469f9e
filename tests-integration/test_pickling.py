"""What crosses to another process: everything the packages hand out pickles, and is the same thing there."""

import pickle
import subprocess
import sys

import flambeau.nn as nn
import flambeau.optim as optim
import flambeau.tensor as ft
import pytest
from flambeau.autograd import Variable
from flambeau.data import TensorDataset
from flambeau.vision import datasets, transforms


def test_functions_and_records_pickle_by_name():
    for op in ft.ops.records():
        assert pickle.loads(pickle.dumps(op)) is op
    assert pickle.loads(pickle.dumps(ft.exp)) is ft.exp
    assert pickle.loads(pickle.dumps(ft.Tensor.exp)) is ft.Tensor.exp


@pytest.mark.parametrize("dtype", [ft.float32, ft.float64, ft.bfloat16, ft.int64, ft.bool_])
def test_tensors(dtype):
    x = ft.tensor([[1, 0], [2, 3]], dtype=dtype)
    y = pickle.loads(pickle.dumps(x.T))
    assert (y.dtype, y.tolist()) == (x.dtype, x.T.tolist())


def test_a_variable_keeps_requires_grad_and_leaves_its_history():
    leaf = Variable(ft.ones(2), requires_grad=True)
    again = pickle.loads(pickle.dumps(leaf))
    assert type(again) is Variable
    assert again.requires_grad
    assert again.is_leaf


def test_a_module_and_its_optimizer():
    net = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    x = ft.ones(1, 3)
    assert pickle.loads(pickle.dumps(net))(x).tolist() == net(x).tolist()
    optimizer = optim.SGD(net.named_parameters(), lr=0.1)
    assert pickle.loads(pickle.dumps(optimizer)).state_dict() == optimizer.state_dict()


def test_datasets_and_transforms():
    """A dataset with its transforms goes to a worker whole."""
    dataset = datasets.Digits(train=False, transform=transforms.Compose([transforms.ToTensor()]))
    image, label = pickle.loads(pickle.dumps(dataset))[7]
    assert (image.tolist(), label) == (dataset[7][0].tolist(), dataset[7][1])
    assert pickle.loads(pickle.dumps(TensorDataset(ft.arange(3))))[1][0].item() == 1


def test_another_process_reads_it(tmp_path):
    """Unpickling imports what it needs by itself."""
    file = tmp_path / "net.pickle"
    file.write_bytes(pickle.dumps(nn.Linear(2, 1)))
    code = f"import pickle; print(type(pickle.load(open({str(file)!r}, 'rb'))).__name__)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "Linear\n"
