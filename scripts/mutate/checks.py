"""Who must notice a mutant: the generated tests of its operators, then the tests written by hand."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rows
import test_opdb_gradients as gradients
import test_opdb_kinks as kinks
from flambeau.tensor.testing import opdb
from mutant import Mutant

TESTS = Path(gradients.__file__).parent
GENERATED = (
    gradients.test_first_derivative,
    kinks.test_derivative_lies_between_the_differences_to_both_sides,
    gradients.test_complex_derivatives,
    gradients.test_second_derivative,
    gradients.test_gradients_that_can_be_differentiated_are_the_same,
    kinks.test_nothing_comes_of_what_is_not_used,
    kinks.test_second_derivative_is_no_nan,
    gradients.test_gradients_are_like_their_variables,
)
# Tests that are not generated: of derivatives, and of values.
BY_HAND = """
derivatives linalg_derivatives complex_gradients indexing_gradients statistics_gradients product_derivatives
fft_derivatives pointwise view_gradients inplace_gradients composed_derivatives
""".split()
BY_HAND_OF_VALUES = "complex special array_api_special_cases".split()
SECONDS = 60  # after which a mutant that does not end counts as noticed


class TooLong(BaseException):
    pass


def _alarm(*_: object) -> None:
    raise TooLong


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """A mutant may loop without end."""
    signal.signal(signal.SIGALRM, _alarm)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def of_rule(mutant: Mutant) -> Iterator[Callable[[], object]]:
    for test in GENERATED:
        for name in mutant.operators:
            info = opdb.entry(name)
            if not info.differentiable:
                continue
            if test is gradients.test_gradients_are_like_their_variables:
                yield lambda info=info: gradients.test_gradients_are_like_their_variables(info, "float32")
            else:
                yield lambda test=test, info=info: test(info)


def of_row(mutant: Mutant) -> Iterator[Callable[[], object]]:
    yield lambda: rows.check_row(opdb.entry(mutant.operators[0]))


def of_kernel(mutant: Mutant) -> Iterator[Callable[[], object]]:
    yield lambda: rows.check_kernel(opdb.entry(mutant.operators[0]))


def of_composite(mutant: Mutant) -> Iterator[Callable[[], object]]:
    yield lambda: rows.check_composite(opdb.entry(mutant.operators[0]))


def noticed(mutant: Mutant, tests: Callable[[Mutant], Iterator[Callable[[], object]]]) -> bool:
    """Whether a test fails when the mutant lives."""
    undo = mutant.change()
    try:
        with limited(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a mutant may well divide by zero: results are what tests look at
            for test in tests(mutant):
                test()
    except KeyboardInterrupt:
        raise
    except BaseException:
        return True
    finally:
        undo()
    return False


class Reach:
    """A plugin of pytest that notes which functions of rules each test calls."""

    def __init__(self, folders: tuple[str, ...]):
        self.folders = folders
        self.tests: dict[tuple[str, str, int], list[str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        places = set()

        def profile(frame, event: str, _: object) -> None:
            code = frame.f_code
            if event == "call" and code.co_filename.startswith(self.folders):
                places.add((code.co_filename, code.co_name, code.co_firstlineno))

        sys.setprofile(profile)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            for place in places:
                self.tests.setdefault(place, []).append(f"{item.path}::{item.nodeid.split('::', 1)[1]}")


def _run(*arguments: object, plugins: tuple = ()) -> int:
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={TESTS}"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return pytest.main([*options, *map(str, arguments)], plugins=list(plugins))


def reach(*folders: str) -> dict[tuple[str, str, int], list[str]]:
    """Which tests that are not generated call which functions."""
    plugin = Reach(folders)
    for folder, names in ((TESTS, BY_HAND), (TESTS.parents[1] / "tensor/tests", BY_HAND_OF_VALUES)):
        if _run(*[folder / f"test_{name}.py" for name in names], plugins=(plugin,)) != 0:
            raise SystemExit(f"the tests in {folder} must pass before anything is broken")
    return plugin.tests


def noticed_by_hand(mutant: Mutant, reached: dict[tuple[str, str, int], list[str]]) -> bool:
    """Whether a test fails that is not generated: slower, for what the others have not noticed."""
    tests = reached.get(mutant.place, [])
    undo = mutant.change()
    try:
        with limited():
            return bool(tests) and _run(*tests) != 0
    except TooLong:
        return True
    finally:
        undo()
