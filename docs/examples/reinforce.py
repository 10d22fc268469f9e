"""A policy that learns to balance a pole on a cart, by trying.

    python reinforce.py
    python reinforce.py --episodes 800 --seed 3

The cart is pushed left or right; the pole must not fall. The policy gives the probability of each push; pushes that
were followed by more reward than usual are made more probable (REINFORCE: Williams, "Simple statistical
gradient-following algorithms for connectionist reinforcement learning", Machine Learning 8, 1992). How much is usual
says a second network, trained along. The environment is written out here: the equations of motion are those of Barto,
Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning control problems" (1983).
"""

import argparse
import math

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.optim as optim
import flambeau.tensor as ft
from flambeau.autograd import no_grad

GRAVITY, CART, POLE, HALF_LENGTH, FORCE, TICK = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02
LONGEST = 200


class CartPole:
    """A cart on a track of 4.8 m, with a pole of 1 m on it."""

    def reset(self):
        self.state = (ft.rand(4) * 0.1 - 0.05).tolist()
        self.ticks = 0
        return self.state

    def step(self, push):
        """Push left (0) or right (1): the new state, and whether the pole fell or the cart left the track."""
        x, speed, angle, turning = self.state
        mass = CART + POLE
        force = FORCE if push else -FORCE
        pull = (force + POLE * HALF_LENGTH * turning**2 * math.sin(angle)) / mass
        swing = GRAVITY * math.sin(angle) - math.cos(angle) * pull
        turn = swing / (HALF_LENGTH * (4 / 3 - POLE * math.cos(angle) ** 2 / mass))
        move = pull - POLE * HALF_LENGTH * turn * math.cos(angle) / mass
        self.state = [x + TICK * speed, speed + TICK * move, angle + TICK * turning, turning + TICK * turn]
        self.ticks += 1
        return self.state, abs(self.state[0]) > 2.4 or abs(self.state[2]) > math.radians(12)


def episode(policy, environment):
    """One try: the states, and what was done in each."""
    states, pushes = [environment.reset()], []
    with no_grad():
        while len(pushes) < LONGEST:
            probabilities = policy(ft.tensor(states[-1])).softmax(0)
            pushes.append(int(ft.rand(()).item() < probabilities[1].item()))
            state, over = environment.step(pushes[-1])
            if over:
                break
            states.append(state)
    return ft.tensor(states[: len(pushes)]), ft.tensor(pushes)


def returns(length, discount):
    """The discounted number of ticks that are still to come, at each tick."""
    return (1 - discount ** ft.arange(length, 0, -1, dtype=ft.float32)) / (1 - discount)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--episodes", type=int, default=400, help="how many tries")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same run")
    arguments = parser.parse_args()
    ft.manual_seed(arguments.seed)

    environment = CartPole()
    policy = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 2))
    value = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 1))
    optimizer = optim.Adam([*policy.parameters(), *value.parameters()], lr=5e-3)
    lengths = []
    for number in range(1, arguments.episodes + 1):
        states, pushes = episode(policy, environment)
        reached, usual = returns(len(pushes), 0.99), value(states)[:, 0]
        better = (reached - usual).detach()
        chosen = -F.cross_entropy(policy(states), pushes, reduction="none")  # logarithms of their probabilities
        loss = -(chosen * better).mean() + F.smooth_l1_loss(usual, reached)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        lengths.append(len(pushes))
        if number % 50 == 0:
            print(
                f"episode {number:4}   the pole stood for {sum(lengths[-50:]) / 50:.0f} of {LONGEST} ticks on average"
            )


if __name__ == "__main__":
    main()
