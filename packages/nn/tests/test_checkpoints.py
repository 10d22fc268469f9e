"""Checkpoints of training runs; killed and resumed ones are in tests-integration."""

import random

import flambeau.nn as nn
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau import optim


class Run:
    """A small training run with everything that has a state."""

    def __init__(self, seed=0):
        for each in (ft.manual_seed, np.random.seed, random.seed):
            each(seed)
        self.noise = ft.Generator(seed)
        self.model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1))
        self.optimizer = optim.SGD(self.model.named_parameters(), lr=0.1, momentum=0.9, nesterov=True)
        self.scheduler = optim.lr_scheduler.CosineAnnealingLR(self.optimizer, 10)
        self.scaler = nn.amp.GradScaler(init_scale=64.0, growth_interval=3)
        self.average = optim.swa_utils.AveragedModel(self.model)

    @property
    def parts(self):
        return vars(self)

    def train(self, steps):
        for _ in range(steps):
            x = ft.tensor(np.random.normal(size=(5, 3)).astype("float32")) + random.random()
            x = x + ft.randn(5, 3, generator=self.noise)
            self.optimizer.zero_grad()
            self.scaler.scale((self.model(x) ** 2).mean()).backward()
            self.scaler.step(self.optimizer)
            self.scaler.update()
            self.scheduler.step()
            self.average.update_parameters(self.model)

    def weights(self):
        return {
            name: value.tolist()
            for name, value in (*self.model.state_dict().items(), *self.average.state_dict().items())
        }


@pytest.mark.parametrize("cut", range(1, 7))
def test_a_run_goes_on_to_the_bit(cut, tmp_path):
    """Whatever draws random numbers, and whenever it was cut."""
    whole = Run()
    whole.train(8)
    first = Run()
    first.train(cut)
    nn.save_checkpoint(tmp_path / "run", **first.parts, step=cut)
    second = Run(seed=7)
    assert nn.load_checkpoint(tmp_path / "run", **second.parts) == {"step": cut}
    second.train(8 - cut)
    assert second.weights() == whole.weights()


def test_part_of_it(tmp_path):
    """partial=True loads what is asked for and draws on; values come in any case."""
    run = Run()
    nn.save_checkpoint(tmp_path / "run", model=run.model, optimizer=run.optimizer, best=[0.5, {"of": ft.ones(2)}])
    ft.manual_seed(3)
    expected = ft.rand(1).item()
    ft.manual_seed(3)
    other = Run.__new__(Run)
    other.model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1))
    ft.manual_seed(3)
    values = nn.load_checkpoint(tmp_path / "run", model=other.model, partial=True)
    assert values["best"][1]["of"].tolist() == [1.0, 1.0]
    assert ft.rand(1).item() == expected
    assert other.model[0].weight.tolist() == run.model[0].weight.tolist()


def test_parts_that_do_not_match(tmp_path):
    """Forgetting the scheduler of a resumed run is an error, and so is one that was not saved."""
    run = Run()
    nn.save_checkpoint(tmp_path / "run", model=run.model, scheduler=run.scheduler)
    with pytest.raises(ValueError) as raised:
        nn.load_checkpoint(tmp_path / "run", model=run.model)
    assert str(raised.value) == (
        "load_checkpoint(): argument 'parts': expected the parts that were saved (model, scheduler), got not given: "
        "'scheduler'; use partial=True to load some of them"
    )
    with pytest.raises(ValueError) as raised:
        nn.load_checkpoint(tmp_path / "run", model=run.model, optimizer=run.optimizer)
    assert str(raised.value) == (
        "load_checkpoint(): argument 'parts': expected the parts that were saved (model, scheduler), got not saved: "
        "'optimizer'; not given: 'scheduler'"
    )


def test_a_part_that_does_not_fit_is_named(tmp_path):
    """The error says which part of which file it was."""
    nn.save_checkpoint(tmp_path / "run", model=nn.Linear(2, 1))
    with pytest.raises(RuntimeError, match="mis-shaped") as raised:
        nn.load_checkpoint(tmp_path / "run", model=nn.Linear(3, 1))
    assert raised.value.__notes__ == [f"the part 'model' of the checkpoint {str(tmp_path / 'run')!r}"]


def test_another_file(tmp_path):
    ft.save({"weight": ft.ones(1)}, tmp_path / "weights")
    with pytest.raises(ValueError) as raised:
        nn.load_checkpoint(tmp_path / "weights")
    assert str(raised.value) == (
        "load_checkpoint(): argument 'path': expected what save_checkpoint() wrote, got another file; read it with "
        "flambeau.tensor.load"
    )


def test_damage_is_found(tmp_path):
    """A flipped bit anywhere is one clear error, and the run is left alone."""
    path = tmp_path / "run"
    run = Run()
    nn.save_checkpoint(path, **run.parts)
    whole = path.read_bytes()
    chance = random.Random(0)
    before = run.weights()
    for _ in range(40):
        place = chance.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :])
        with pytest.raises(ft.errors.FileCorrupt):
            nn.load_checkpoint(path, **run.parts)
    assert run.weights() == before


def test_what_cannot_be_saved(tmp_path):
    """It is named, and the file that was there stays."""
    nn.save_checkpoint(tmp_path / "run", epoch=1)
    with pytest.raises(TypeError, match="values"):
        nn.save_checkpoint(tmp_path / "run", epoch=2, function=print)
    assert nn.load_checkpoint(tmp_path / "run") == {"epoch": 1}
