"""The threads of the kernels, as Python sees them; cpp/tests has what needs no Python."""

import os
import subprocess
import sys

import flambeau.tensor as ft
import pytest


@pytest.fixture
def threads():
    """Leaves the number of threads as it was."""
    before = ft.get_num_threads()
    yield
    ft.set_num_threads(before)


def python(code, **environment):
    """What a new interpreter prints."""
    env = {k: v for k, v in os.environ.items() if k != "FLAMBEAU_NUM_THREADS"} | environment
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_number_of_threads_is_what_was_set(threads):
    """get_num_threads gives back what set_num_threads took."""
    for n in (1, 3, 256):
        ft.set_num_threads(n)
        assert ft.get_num_threads() == n


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no processor affinity on this system")
def test_default_is_the_processors_of_the_process():
    """A process that may use one processor has one thread."""
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); import flambeau.tensor as ft; "
    assert python(code + "print(ft.get_num_threads())") == "1"
    expected = min(len(os.sched_getaffinity(0)), 256)
    assert python("import flambeau.tensor as ft; print(ft.get_num_threads())") == str(expected)


def test_environment_names_the_number():
    """FLAMBEAU_NUM_THREADS is taken at import; nonsense in it is refused."""
    code = "import flambeau.tensor as ft; print(ft.get_num_threads())"
    assert python(code, FLAMBEAU_NUM_THREADS="3") == "3"
    for wrong in ("0", "many", "-1", "257", "", "1.5"):
        assert python(code, FLAMBEAU_NUM_THREADS=wrong) == (
            f"ImportError: flambeau.tensor: environment variable 'FLAMBEAU_NUM_THREADS': expected a number from 1 to "
            f"256, got '{wrong}'"
        )


@pytest.mark.parametrize(
    "n, error, message",
    [
        (0, ValueError, "set_num_threads(): argument 'n': expected a number from 1 to 256, got 0"),
        (257, ValueError, "set_num_threads(): argument 'n': expected a number from 1 to 256, got 257"),
        (2.0, TypeError, "set_num_threads(): argument 'n': expected int, got float"),
        (True, TypeError, "set_num_threads(): argument 'n': expected int, got bool"),
    ],
)
def test_bad_numbers_are_refused(n, error, message):
    """Anything but an int in the range is refused, and nothing changes."""
    before = ft.get_num_threads()
    with pytest.raises(error) as raised:
        ft.set_num_threads(n)
    assert str(raised.value) == message
    assert ft.get_num_threads() == before
