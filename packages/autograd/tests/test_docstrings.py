"""Every public function has an example in its docstring; the documentation runs them."""

import flambeau.autograd as autograd


def test_functions_have_examples():
    """All of flambeau.autograd that can be called and is no class."""
    functions = {
        name: getattr(module, name)
        for module in (autograd, autograd.functional, autograd.graph, autograd.profiler)
        for name in module.__all__
    }
    missing = [n for n, f in functions.items() if not isinstance(f, type) and ">>> " not in (f.__doc__ or "")]
    assert missing == []
