"""A transformer encoder that learns to sort numbers.

    python transformer_sorting.py
    python transformer_sorting.py --length 16 --steps 1500

The network sees all numbers of a list at once and says, for each place, which number comes there in the sorted list.
That takes what transformers are made for: each place must attend to all others. Positions are told by a learned
embedding; the layers are those of `nn.TransformerEncoder` (Vaswani and others, arXiv:1706.03762).
"""

import argparse
import time

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
from flambeau.autograd import no_grad


class Sorter(nn.Module):
    def __init__(self, values, length, width):
        super().__init__()
        self.numbers = nn.Embedding(values, width)
        self.places = nn.Parameter(ft.randn(length, width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out = nn.Linear(width, values)

    def forward(self, lists):
        return self.out(self.encoder(self.numbers(lists) + self.places))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--length", type=int, default=10, help="how many numbers are in a list")
    parser.add_argument("--values", type=int, default=20, help="they are below this")
    parser.add_argument("--steps", type=int, default=600, help="how many batches are learnt")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same run")
    arguments = parser.parse_args()
    ft.manual_seed(arguments.seed)

    model = Sorter(arguments.values, arguments.length, 64)
    optimizer = optim.AdamW(model.parameters(), lr=2e-3)
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=arguments.steps)
    start = time.perf_counter()
    for step in range(1, arguments.steps + 1):
        lists = ft.randint(0, arguments.values, (128, arguments.length))
        loss = F.cross_entropy(model(lists).flatten(0, 1), lists.sort(1).values.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        if step % 100 == 0:
            print(f"step {step:4}   loss {loss.item():.3f}   {time.perf_counter() - start:.0f} s")

    lists = ft.randint(0, arguments.values, (1000, arguments.length))
    with no_grad():
        answers = model(lists).argmax(2)
    right = (answers == lists.sort(1).values).all(1)
    print(f"{right.float().mean().item():.1%} of 1000 new lists are sorted without a mistake; for example")
    print(f"  {lists[0].tolist()}\n  {answers[0].tolist()}")


if __name__ == "__main__":
    main()
