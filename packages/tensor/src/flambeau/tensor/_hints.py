"""What to write instead of NumPy's functions that are not here: a word for the end of an AttributeError."""

from __future__ import annotations

FUNCTIONS = {
    "append": "cat()",
    "array": "tensor(data)",
    "array_equal": "equal()",
    "array_split": "tensor_split()",
    "ascontiguousarray": "contiguous()",
    "astype": "x.to(dtype)",
    "average": "mean(), or (x * weight).sum() / weight.sum()",
    "broadcast_arrays": "broadcast_tensors()",
    "copy": "clone()",
    "cumulative_sum": "cumsum()",
    "degrees": "rad2deg()",
    "digitize": "bucketize()",
    "expand_dims": "unsqueeze()",
    "flatnonzero": "nonzero(x.reshape(-1))",
    "identity": "eye()",
    "loadtxt": "from_numpy(np.loadtxt(...))",
    "mod": "remainder()",
    "nanmax": "amax() of nan_to_num(x, -inf)",
    "ndarray": "Tensor",
    "percentile": "quantile(x, q / 100)",
    "power": "pow()",
    "radians": "deg2rad()",
    "rint": "round()",
    "savez": "save({name: x, ...}, file)",
    "take_along_axis": "take_along_dim()",
}


def of_function(name: str) -> str:
    return f"; use {FUNCTIONS[name]}" if name in FUNCTIONS else ""
