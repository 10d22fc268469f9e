"""A call of each kind on the GPU, each by itself: what fails says so and the others go on."""

import io
import json
import pickle
import sys
import time
import traceback

import flambeau.nn as nn
import flambeau.nn.functional as F
import flambeau.tensor as ft
from flambeau import optim
from flambeau.tensor.testing import assert_close

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def same(function, *shapes, rtol=1e-4, atol=1e-4):
    """The function gives on the GPU what it gives on the CPU."""
    inputs = [ft.randn(*shape) for shape in shapes]
    result = function(*[x.cuda() for x in inputs])
    assert result.is_cuda, f"the result is on {result.device}"
    assert_close(result.cpu(), function(*inputs), rtol, atol)


@check
def transfers():
    x = ft.arange(12.0).reshape(3, 4)
    assert x.cuda().cpu().tolist() == x.tolist() and x.T.cuda().cpu().tolist() == x.T.tolist()
    assert x.cuda().to(ft.bfloat16).cpu().float().tolist() == x.tolist()
    large = ft.randn(3, 1 << 20)
    assert_close(large.cuda().cpu(), large)
    last = ft.randn(2, 3, 4, 5).permute(0, 2, 3, 1)
    there = last.cuda()
    assert there.stride() == last.stride() == there.cpu().stride() and there.tolist() == last.tolist()
    assert ft.tensor(2.5).cuda().item() == 2.5 and ft.zeros(0, 3).cuda().cpu().shape == (0, 3)


@check
def pinned_transfers():
    x = ft.randn(1000, 1000).pin_memory()
    assert x.is_pinned()
    y = x.cuda(non_blocking=True)
    z = y.to("cpu", non_blocking=True)
    ft.cuda.synchronize()
    assert z.tolist() == x.tolist()


@check
def pointwise():
    same(lambda x, y: (x + y).relu() * y.exp(), (33, 65), (65,))
    same(lambda x, y: x * y - 2.5, (3, 1, 5), (4, 1))
    same(lambda x: F.gelu(x.T) + x.T.sigmoid(), (100, 1001))


@check
def reductions():
    same(lambda x: x.sum(), (100, 1001), atol=1e-2)
    same(lambda x: x.sum(0), (100, 1001), atol=1e-3)
    same(lambda x: x.mean(-1) + x.amax(-1) + x.var(-1), (100, 1001))
    same(lambda x: x.softmax(-1), (100, 1001))
    same(lambda x: x.argmax(0), (100, 101))


@check
def products():
    same(ft.matmul, (64, 65), (65, 66))
    same(ft.matmul, (5, 64, 65), (5, 65, 66))
    a, b = ft.randn(128, 256), ft.randn(256, 64)
    half = (a.to(ft.bfloat16).cuda() @ b.to(ft.bfloat16).cuda()).float().cpu()
    assert_close(half, a @ b, 3e-2, 0.5)


@check
def indexing():
    same(lambda x: x[3:50:2, ::3], (100, 101))
    same(lambda x: x[ft.arange(0, 100, 7, device=x.device)], (100, 101))
    same(lambda x: x.sort(-1)[0], (100, 101))
    same(lambda x: x.topk(5)[0], (100, 101))
    x = ft.zeros(5, device="cuda")
    x[1:3] = 2
    x[x > 1] = 7
    assert x.tolist() == [0, 7, 7, 0, 0]


@check
def random():
    ft.manual_seed(3)
    here = ft.rand(1001)
    ft.manual_seed(3)
    assert ft.rand(1001, device="cuda").cpu().tolist() == here.tolist()


@check
def convolution():
    same(lambda x, w: F.conv2d(x, w, padding=1), (4, 3, 16, 17), (8, 3, 3, 3), rtol=1e-3, atol=1e-3)
    same(lambda x: F.max_pool2d(x, 2), (4, 3, 16, 18))


@check
def attention():
    same(F.scaled_dot_product_attention, (2, 4, 33, 16), (2, 4, 33, 16), (2, 4, 33, 16), rtol=1e-3, atol=1e-3)


@check
def backward():
    losses = []
    for device in ("cpu", "cuda"):
        ft.manual_seed(0)
        net = nn.Sequential(nn.Linear(20, 30), nn.LayerNorm(30), nn.GELU(), nn.Linear(30, 5)).to(device)
        optimizer = optim.AdamW(net.parameters(), lr=1e-2)
        x, y = ft.randn(64, 20).to(device), ft.randint(0, 5, (64,)).to(device)
        for _ in range(5):
            loss = F.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    assert abs(losses[0] - losses[1]) < 1e-3, losses


@check
def recurrence():
    ft.manual_seed(0)
    lstm = nn.LSTM(8, 16)
    x = ft.randn(7, 3, 8)
    expected, _ = lstm(x)
    result, _ = lstm.to("cuda")(x.cuda())
    assert_close(result.detach().cpu(), expected.detach(), 1e-3, 1e-3)


@check
def files():
    x = ft.arange(5.0, device="cuda")
    assert pickle.loads(pickle.dumps(x)).device == "cuda:0"
    buffer = io.BytesIO()
    ft.save({"x": x}, buffer)
    buffer.seek(0)
    assert ft.load(buffer)["x"].tolist() == x.tolist()
    assert "cuda.FloatTensor of size 5 (GPU 0)" in repr(x)


@check
def streams():
    stream = ft.cuda.Stream()
    x = ft.ones(1 << 20, device="cuda")
    begin, end = ft.cuda.Event(enable_timing=True), ft.cuda.Event(enable_timing=True)
    stream.wait_stream(ft.cuda.current_stream())
    with ft.cuda.stream(stream):
        begin.record()
        y = x * 2
        end.record()
    ft.cuda.current_stream().wait_event(end)
    assert y.sum().item() == 2 << 20 and begin.elapsed_time(end) > 0


@check
def memory():
    before = ft.cuda.memory_allocated()
    x = ft.empty(1 << 20, device="cuda")
    assert ft.cuda.memory_allocated() - before >= 4 << 20
    del x
    assert ft.cuda.memory_allocated() == before
    try:
        ft.empty(1 << 45, device="cuda")
    except ft.cuda.OutOfMemoryError as error:
        assert error.requested >= 1 << 45, error
        print(error)
    else:
        raise AssertionError("128 TiB were allocated")


@check
def exchange():
    import cupy

    x = ft.arange(6.0, device="cuda")
    assert float(cupy.from_dlpack(x).sum()) == 15.0
    assert ft.from_dlpack(cupy.arange(3)).is_cuda
    try:
        import torch
    except ImportError:
        return
    t = torch.from_dlpack(x)
    t += 1
    assert x.tolist() == t.tolist()
    assert ft.from_dlpack(torch.ones(3, dtype=torch.bfloat16, device="cuda")).dtype == ft.bfloat16


def main():
    start = time.perf_counter()
    ft.ones(1, device="cuda").sum().item()
    print(f"first use of the device: {time.perf_counter() - start:.2f} s")
    print(f"{ft.cuda.get_device_name()}, capability {ft.cuda.get_device_capability()}")
    outcomes, slowest = {}, {}
    for function in CHECKS:
        start = time.perf_counter()
        try:
            function()
            ft.cuda.synchronize()
            outcomes[function.__name__] = "ok"
        except Exception as error:
            outcomes[function.__name__] = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            traceback.print_exc(file=sys.stdout)
        slowest[function.__name__] = round(time.perf_counter() - start, 2)
        print(f"{function.__name__}: {outcomes[function.__name__]} ({slowest[function.__name__]} s)", flush=True)
    good = sum(text == "ok" for text in outcomes.values())
    print("RESULT " + json.dumps({"passed": good, "failed": len(outcomes) - good, "checks": outcomes, "took": slowest}))
    return 0 if good == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
