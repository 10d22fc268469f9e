"""Whole training steps of small networks, written once for both libraries: forward, backward and optimizer."""

import itertools

from ..harness import Case

THREADS = 2


def mlp(library, nn, optim):
    layers = [nn.Linear(n, m) for n, m in itertools.pairwise((784, 512, 512, 10))]
    model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    return model, library.randn(64, 784), library.randint(0, 10, (64,)), optim.SGD(model.parameters(), lr=0.01)


def lenet(library, nn, optim):
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return model, library.randn(64, 1, 28, 28), library.randint(0, 10, (64,)), optimizer


def transformer(library, nn, optim):
    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.TransformerEncoderLayer(256, 8, 1024, batch_first=True)
            self.out = nn.Linear(256, 10)

        def forward(self, x):
            return self.out(self.layer(x).mean(1))

    model = Classifier()
    return model, library.randn(8, 128, 256), library.randint(0, 10, (8,)), optim.Adam(model.parameters())


def hand_written_lstm(library, nn, optim):
    class LSTM(nn.Module):
        def __init__(self):
            super().__init__()
            self.input, self.recurrent = nn.Linear(128, 1024), nn.Linear(256, 1024, bias=False)
            self.out = nn.Linear(256, 10)

        def forward(self, x):
            h = c = library.zeros(20, 256)
            for step in self.input(x).unbind(0):
                i, f, g, o = (step + self.recurrent(h)).chunk(4, 1)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
            return self.out(h)

    model = LSTM()
    return model, library.randn(35, 20, 128), library.randint(0, 10, (20,)), optim.SGD(model.parameters(), lr=0.01)


def step(parts, cross_entropy):
    model, inputs, labels, optimizer = parts

    def train():
        loss = cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return train


def rivals(network):
    def flambeau():
        import flambeau.tensor as ft
        from flambeau import nn, optim

        return step(network(ft, nn, optim), nn.functional.cross_entropy)

    def torch():
        import torch

        torch.set_num_threads(THREADS)
        return step(network(torch, torch.nn, torch.optim), torch.nn.functional.cross_entropy)

    return {"flambeau": flambeau, "torch": torch}


CASES = [
    Case("MLP 784-512-512-10, batch 64, training step", rivals(mlp)),
    Case("LeNet, 28x28, batch 64, training step", rivals(lenet)),
    Case("Transformer encoder layer, 8x128x256, training step", rivals(transformer)),
    Case("LSTM written by hand, 35x20x128 to 256, training step", rivals(hand_written_lstm)),
]
