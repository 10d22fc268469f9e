"""What a call with a few elements costs, for many functions: `python -m benchmarks.small_calls [EXPRESSION...]`.

Each line is one expression, run by flambeau and by PyTorch in blocks that alternate; the times are nanoseconds of the
calling thread, the least of all blocks. The slowest beside PyTorch come first. There is next to nothing to compute:
what is seen is how long it takes to get to the kernel.
"""

import sys
import time

import numpy as np

EXPRESSIONS = """
a + a; a == a; a ** 2; a @ a; m.bmm(s, s); m.addmm(a, a, a); m.addmv(v, a, v); m.baddbmm(s, s, s); v.dot(v); a.mv(v)
m.outer(v, v); m.einsum("ij,jk->ik", a, a); m.addcmul(a, a, a); m.lerp(a, a, 0.5); a.clamp(0, 1); m.where(c, a, a)
a.sum(); a.mean(1); a.var(1); a.std(); a.norm(); a.prod(); a.max(1); a.argmax(1); m.logsumexp(a, 1); m.softmax(a, 1)
a.cumsum(0); a.topk(2); a.sort(); m.unique(a); a.kthvalue(2); a.median(); c.all(); m.allclose(a, a); a[0]; a[1:3]
a[i]; a[c]; a.__setitem__(0, 1.0); a.gather(0, g); a.index_select(0, i); a.masked_fill(c, 0.0); a.masked_select(c)
a.nonzero(); m.cat([a, a]); m.stack([a, a]); a.chunk(2); a.split(2); m.roll(a, 1, 0); m.flip(a, (0,)); a.repeat(2, 2)
a.tril(); a.t(); a.permute(1, 0); a.reshape(2, 8); m.flatten(a); v.expand(4, 4); a.unsqueeze(0); a.squeeze()
a.double(); a.clone(); a.copy_(b); a[0, 0].item(); a.tolist(); x.permute(0, 2, 3, 1).reshape(4, 32); m.zeros(4, 4)
m.full((4, 4), 1.0); m.ones_like(a); m.arange(10); m.eye(4); m.linspace(0, 1, 5); m.tensor([1.0, 2.0]); m.rand(4, 4)
m.randn(4, 4); m.bernoulli(p); m.linalg.inv(s); m.linalg.solve(a, a); m.linalg.det(a); m.linalg.svd(a); F.linear(a, a)
F.conv2d(x, w); F.max_pool2d(x, 2); F.avg_pool2d(x, 2); F.adaptive_avg_pool2d(x, 1); F.unfold(x, 2)
F.pad(x, (1, 1, 1, 1)); F.interpolate(x, scale_factor=2); F.pixel_shuffle(z, 2); F.layer_norm(a, (4,))
F.batch_norm(x, None, None, training=True); F.cross_entropy(a, i); F.mse_loss(a, a); F.embedding(i, a); F.dropout(a)
F.binary_cross_entropy_with_logits(a, p); F.gelu(a); F.relu(a); F.one_hot(i, 4); F.normalize(a)
F.scaled_dot_product_attention(q, q, q)
"""


def arrays():
    rng = np.random.default_rng(0)

    def floats(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    a = floats(4, 4)
    return {
        "a": a, "b": floats(4, 4), "v": floats(4), "s": floats(1, 4, 4) + 4 * np.eye(4, dtype=np.float32),
        "c": a > 0, "p": (a > 0).astype(np.float32), "i": np.arange(4) % 3, "g": np.zeros((4, 4), np.int64),
        "x": floats(1, 2, 8, 8),
        "w": floats(3, 2, 3, 3), "z": floats(1, 8, 4, 4), "q": floats(1, 1, 8, 8),
    }  # fmt: skip


def names_of(framework):
    """What the names in an expression stand for."""
    if framework == "torch":
        import torch as m
        from torch.nn import functional as F
    else:
        import flambeau.tensor as m
        from flambeau.nn import functional as F
    return {"m": m, "F": F, **{name: m.from_numpy(x.copy()) for name, x in arrays().items()}}


def nanoseconds(call, count):
    begin = time.thread_time_ns()
    for _ in range(count):
        call()
    return (time.thread_time_ns() - begin) / count


def least(expression, blocks=15, seconds=2e-3):
    """Of one call, for each framework."""
    calls = {name: eval(f"lambda: {expression}", names_of(name)) for name in ("flambeau", "torch")}
    counts = {name: max(1, int(seconds * 1e9 / max(nanoseconds(call, 20), 1))) for name, call in calls.items()}
    found = dict.fromkeys(calls, float("inf"))
    for _ in range(blocks):
        for name, call in calls.items():
            found[name] = min(found[name], nanoseconds(call, counts[name]))
    return found


def main(wanted):
    expressions = wanted or [e.strip() for line in EXPRESSIONS.strip().splitlines() for e in line.split(";")]
    rows = [(found["torch"] / found["flambeau"], found, e) for e in expressions for found in [least(e)]]
    print(f"{'flambeau':>9}{'torch':>9}{'ratio':>7}")
    for ratio, found, expression in sorted(rows, key=lambda row: row[0]):
        print(f"{found['flambeau']:9.0f}{found['torch']:9.0f}{ratio:7.2f}  {expression}")


if __name__ == "__main__":
    main(sys.argv[1:])
