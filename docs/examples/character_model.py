"""A network that learns to write, letter by letter, from a text.

    python character_model.py
    python character_model.py --cell hand --text my-book.txt

It reads the text in chunks, and learns to say which letter comes next; the state of an LSTM is carried from chunk to
chunk. `--cell module` uses `nn.LSTM`; `--cell hand` is an LSTM written out as plain Python, which learns the same.
The text is that of the licence that comes with Python, unless another one is given.
"""

import argparse
import math
import time
from pathlib import Path

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
from flambeau.autograd import no_grad


class HandWrittenLSTM(nn.Module):
    """What `nn.LSTM` computes, one step after the other, for one layer."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.input = nn.Linear(inputs, 4 * hidden)
        self.recurrent = nn.Linear(hidden, 4 * hidden, bias=False)

    def forward(self, x, state):
        h, c = state
        outputs = []
        for step in self.input(x):  # x is of shape (time, batch, inputs)
            i, f, g, o = (step + self.recurrent(h)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            outputs.append(h)
        return ft.stack(outputs), (h, c)


class Writer(nn.Module):
    def __init__(self, letters, hidden, cell):
        super().__init__()
        self.embedding = nn.Embedding(letters, 32)
        self.cell = nn.LSTM(32, hidden) if cell == "module" else HandWrittenLSTM(32, hidden)
        self.out = nn.Linear(hidden, letters)
        self.start = (1, hidden) if cell == "module" else (hidden,)

    def first_state(self, batch):
        shape = (*self.start[:-1], batch, self.start[-1])
        return ft.zeros(shape), ft.zeros(shape)

    def forward(self, letters, state):
        hidden, state = self.cell(self.embedding(letters), state)
        return self.out(hidden), state


def read(path):
    """The text, and what it is made of."""
    if path is None:
        from pydoc_data.topics import topics  # what `help("lambda")` and the like show

        text = "\n".join(topics.values())
    else:
        text = path.read_text()
    letters = sorted(set(text))
    number = {letter: i for i, letter in enumerate(letters)}
    return ft.tensor([number[letter] for letter in text]), letters


def write(model, letters, start, length, temperature):
    """Let the network go on from a beginning, each letter drawn with the probability it gives."""
    number = {letter: i for i, letter in enumerate(letters)}
    text, state = start, model.first_state(1)
    with no_grad():
        scores, state = model(ft.tensor([[number[letter]] for letter in start]), state)
        for _ in range(length):
            chosen = ft.multinomial((scores[-1, 0] / temperature).softmax(0), 1)
            text += letters[chosen.item()]
            scores, state = model(chosen[None], state)
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--text", type=Path, help="file to learn from; Python's own help texts if not given")
    parser.add_argument("--cell", choices=["module", "hand"], default="module", help="which LSTM")
    parser.add_argument("--hidden", type=int, default=256, help="size of the state")
    parser.add_argument("--steps", type=int, default=400, help="how many chunks are learnt")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same run")
    arguments = parser.parse_args()
    ft.manual_seed(arguments.seed)

    text, letters = read(arguments.text)
    batch, chunk = 32, 48
    columns = text[: len(text) // batch * batch].reshape(batch, -1).t()  # each column is a part of the text
    held_out = columns.shape[0] // 20
    training, test = columns[:-held_out], columns[-held_out:]
    model = Writer(len(letters), arguments.hidden, arguments.cell)
    optimizer = optim.Adam(model.parameters(), lr=4e-3)
    print(f"{text.numel()} letters, {len(letters)} different ones")

    start = time.perf_counter()
    state, place, losses = model.first_state(batch), 0, []
    for step in range(1, arguments.steps + 1):
        if place + chunk + 1 > len(training):
            state, place = model.first_state(batch), 0
        part = training[place : place + chunk + 1]
        place += chunk
        # The state goes on, its history does not: gradients end at the chunk's beginning.
        scores, state = model(part[:-1], tuple(s.detach() for s in state))
        loss = F.cross_entropy(scores.flatten(0, 1), part[1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % 100 == 0:
            recent = sum(losses[-100:]) / 100
            print(f"step {step:4}   {recent / math.log(2):.2f} bits a letter   {time.perf_counter() - start:.0f} s")

    with no_grad():
        scores, _ = model(test[:-1], model.first_state(batch))
        loss = F.cross_entropy(scores.flatten(0, 1), test[1:].flatten()).item()
    print(f"\nOn text it has not seen: {loss / math.log(2):.2f} bits a letter. It writes:\n")
    print(write(model, letters, "The ", 400, temperature=0.7))


if __name__ == "__main__":
    main()
