"""What flambeau's developers and CI run: `nox` for all checks, `nox --list` for the sessions.

Every session works on wheels, built once per `nox` call and again only when a package's sources changed, so what is
tested is what is shipped. The packages are those found in `packages/`, in the order of their dependencies.
"""

import functools
import graphlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path

import nox
from packaging.requirements import Requirement

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.sessions = ["lint", "types", "tests", "integration", "docs"]

ROOT = Path(__file__).resolve().parent
DIST = ROOT / "dist"
STACK = "flambeau"  # the code-free root distribution
FOLDERS = {p.parent.name: p.parent for p in sorted(ROOT.glob("packages/*/pyproject.toml"))} | {STACK: ROOT}
PROJECTS = {name: nox.project.load_toml(folder / "pyproject.toml") for name, folder in FOLDERS.items()}
GROUPS = {g: nox.project.dependency_groups(PROJECTS[STACK], g) for g in PROJECTS[STACK]["dependency-groups"]}
ISAS = ("v2", "v3", "v4", "portable")
SOAKS = ("properties", "addresses", "threads", "loader", "examples", "cuda")
# what runs under sanitizers once more, with the kernels for old machines
KERNEL_TESTS = ("thread_counts", "pointwise_engine", "reductions", "gemm", "convolution", "random_kernels")
AT_ONCE = ("-n", "auto", "--maxprocesses", "8", "--dist", "worksteal")  # pytest's: a process for each core
NOT_BUILT = {"tests", "build", "dist", "__pycache__"}  # folders of a package that do not go into its wheel


def siblings(name: str) -> set[str]:
    """Packages of this repository that a package needs to run or to be built."""
    project = PROJECTS[name]
    requirements = project["project"].get("dependencies", []) + project["build-system"]["requires"]
    wanted = {Requirement(r).name for r in requirements}
    return {other for other, p in PROJECTS.items() if p["project"]["name"] in wanted}


ORDER = tuple(graphlib.TopologicalSorter({name: siblings(name) for name in PROJECTS}).static_order())
PACKAGES = tuple(name for name in ORDER if name != STACK)
PURE = [name for name in PACKAGES if PROJECTS[name]["build-system"]["build-backend"] == "hatchling.build"]
COMPILED = [name for name in PACKAGES if name not in PURE]
# data's tests count processes: on a busy machine, one of an earlier test may be slow to end.
PROCESSES = dict.fromkeys(PACKAGES, AT_ONCE) | {"data": ()}


@functools.cache
def fingerprint(name: str) -> str:
    """Changes when the wheel of a package would: with its sources, its siblings' or the Python that builds it."""
    folder = FOLDERS[name]
    files = [f for f in folder.rglob("*") if f.is_file() and not NOT_BUILT & set(f.relative_to(folder).parts)]
    if name == STACK:
        files = [ROOT / "pyproject.toml", ROOT / "README.md", ROOT / "LICENSE"]
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted(files):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    for sibling in sorted(siblings(name)):
        digest.update(fingerprint(sibling).encode())
    return digest.hexdigest()


def pip_wheel(session: nox.Session, name: str, target: Path, isas: str = "", **env: str) -> None:
    """Build a wheel in isolation, against the wheels already in dist/; `isas` for other instruction sets than usual."""
    options = ["--quiet", "--no-deps", "--find-links", DIST, "--wheel-dir", target]
    options += ["--config-settings", f"cmake.define.FLAMBEAU_ISAS={isas}"] if isas else []
    env.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count())))
    # A folder of its own: the package's build/ may belong to an editable installation, with another CMake cache.
    with tempfile.TemporaryDirectory() as folder:
        options += ["--config-settings", f"build-dir={folder}"]
        session.run("python", "-m", "pip", "wheel", *options, FOLDERS[name], env=env)


def build_wheel(session: nox.Session, name: str) -> Path:
    """The wheel of one package, built when its sources changed since the last time."""
    stamp = DIST / f"{name}.stamp"
    if stamp.exists():
        built_from, wheel = stamp.read_text().split()
        if built_from == fingerprint(name) and (DIST / wheel).exists():
            return DIST / wheel
    distribution = PROJECTS[name]["project"]["name"].replace("-", "_")
    for old in DIST.glob(f"{distribution}-*.whl"):
        old.unlink()
    pip_wheel(session, name, DIST)
    (wheel,) = DIST.glob(f"{distribution}-*.whl")
    session.run("python", "scripts/check_wheel.py", wheel)
    stamp.write_text(f"{fingerprint(name)} {wheel.name}\n")
    return wheel


def wheels(session: nox.Session, *names: str) -> list[Path]:
    """The wheels of some packages and of all that these lean on."""
    needed = set(names)
    for name in reversed(ORDER):
        if name in needed:
            needed |= siblings(name)
    return [build_wheel(session, name) for name in ORDER if name in needed]


def with_test_extras(wheels: list[Path]) -> list[str]:
    """The wheels with what their own tests need."""
    return [f"{wheel}[test]" for wheel in wheels]


def split_oracles(session: nox.Session) -> tuple[list[str], list[str]]:
    """What `--oracles` among the session's arguments asks to install, and the other arguments."""
    rest = [argument for argument in session.posargs if argument != "--oracles"]
    return (GROUPS["oracles"] if len(rest) < len(session.posargs) else []), rest


@nox.session
def build(session: nox.Session) -> None:
    """Build all wheels into dist/."""
    for wheel in wheels(session, *ORDER):
        session.log(f"{wheel.relative_to(ROOT)}  {wheel.stat().st_size / 1e6:.2f} MB")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting; `nox -s lint -- --fix` mends what can be mended."""
    session.install(*GROUPS["lint"])
    fix = "--fix" in session.posargs
    session.run("ruff", "check", *(["--fix"] if fix else []), ".")
    session.run("ruff", "format", *([] if fix else ["--check"]), ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check the public types as a user's type checker sees them, and the sources of the pure Python packages."""
    session.install(*wheels(session, *PACKAGES), *GROUPS["types"])
    session.run("mypy", "--strict", "tests-integration/typing_sample.py")
    session.run("mypy", *(FOLDERS[name] / "src" for name in PURE))


@nox.session
@nox.parametrize("package", PACKAGES, ids=PACKAGES)
def tests(session: nox.Session, package: str) -> None:
    """Test one package from its wheel, with only what it depends on; `-- --oracles` adds torch.

    tensor's kernels for GPUs are compiled by NVRTC, which is installed with it, and run on the CPU.

    What needs an extra that names other packages of this repository is in a folder of the tests with the extra's name,
    and is run after that extra was installed.
    """
    oracles, arguments = split_oracles(session)
    *siblings_wheels, wheel = wheels(session, package)
    compiler = GROUPS["nvrtc"] if package == "tensor" else []
    tests = FOLDERS[package] / "tests"
    session.install(*siblings_wheels, f"{wheel}[test]", *GROUPS["parallel"], *oracles, *compiler)
    extras = {name: needed for name, needed in extras_of(package).items() if (tests / name).is_dir()}
    session.run("pytest", *PROCESSES[package], tests, *(f"--ignore={tests / name}" for name in extras), *arguments)
    for name, needed in extras.items():
        session.install(*wheels(session, *needed))
        session.run("pytest", *PROCESSES[package], tests / name, *arguments)


def extras_of(package: str) -> dict[str, set[str]]:
    """The packages of this repository that each extra of a package brings."""
    extras = PROJECTS[package]["project"].get("optional-dependencies", {})
    names = {p["project"]["name"]: other for other, p in PROJECTS.items()}
    return {
        extra: {names[name] for name in (Requirement(r).name for r in needed) if name in names}
        for extra, needed in extras.items()
    }


@nox.session
def mutate(session: nox.Session) -> None:
    """Break each derivative rule and each pointwise row in turn: a test must notice; `nox -s mutate -- arithmetic`."""
    tensor, autograd = wheels(session, "tensor", "autograd")
    session.install(f"{tensor}[test]", autograd, *GROUPS["test"])
    session.run("python", "scripts/mutate", *session.posargs)


@nox.session
def integration(session: nox.Session) -> None:
    """Test what needs several packages: the namespace, wheels alone and together, the ABI check, a training run."""
    tensor, *others = wheels(session, *ORDER)
    session.install(f"{tensor}[test]", *others, *GROUPS["test"], *GROUPS["parallel"], *GROUPS["notebook"])
    session.run("pytest", *AT_ONCE, "tests-integration", *session.posargs, env={"FLAMBEAU_DIST": str(DIST)})


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation, warnings being errors, and run all its code and that of the docstrings."""
    session.install(*wheels(session, *PACKAGES), *GROUPS["docs"])
    for builder in ("html", "doctest"):
        options = ["-W", "--keep-going", "-q", "-b", builder, "-d", "docs/_build/doctrees"]
        session.run("sphinx-build", *options, "docs", f"docs/_build/{builder}")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure beside rivals: `nox -s bench -- --oracles small_ops` (torch joins with --oracles)."""
    oracles, arguments = split_oracles(session)
    session.install(*wheels(session, *PACKAGES), *oracles)
    session.run("python", "-m", "benchmarks", *arguments)


@nox.session
def train(session: nox.Session) -> None:
    """Train a small convolutional network on real digits: `nox -s train -- --seed 1 --epochs 10`."""
    session.install(*wheels(session, *PACKAGES), "-r", "docs/examples/requirements.txt")
    session.run("python", "docs/examples/train_digits.py", *session.posargs)


@nox.session
@nox.parametrize("name", ISAS, ids=ISAS)
def isa(session: nox.Session, name: str) -> None:
    """Test tensor with the kernels of one instruction set, as on a machine that has no better one."""
    session.install(*with_test_extras(wheels(session, "tensor")), *GROUPS["parallel"])
    if name == "portable":  # not in the wheel for x86-64
        install_rebuilt(session, ["tensor"], isas=name)
    known = "from flambeau.tensor._core.tensor import instruction_sets as f; print(*f())"
    if name not in session.run("python", "-c", known, silent=True).split():
        session.skip(f"this machine lacks x86-64-{name}")
    session.run("pytest", *AT_ONCE, FOLDERS["tensor"] / "tests", *session.posargs, env={"FLAMBEAU_ISA": name})


def install_rebuilt(session: nox.Session, names: list[str], **options: str) -> None:
    """Put wheels that were compiled in another way in the place of the usual ones."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            pip_wheel(session, name, Path(folder), **options)
        session.install("--no-deps", "--force-reinstall", *Path(folder).glob("*.whl"))


def test_without_python(session: nox.Session, sanitizer: str) -> None:
    """Build and run cpp/tests under a sanitizer."""
    with tempfile.TemporaryDirectory() as folder:
        source = FOLDERS["tensor"] / "cpp/tests"
        session.run("cmake", "-S", source, "-B", folder, f"-DFLAMBEAU_SANITIZE={sanitizer}")
        session.run("cmake", "--build", folder, "--parallel", str(os.cpu_count()))
        session.run("ctest", "--test-dir", folder, "--output-on-failure")


def watched(session: nox.Session, *libraries: str) -> dict[str, str]:
    """The environment in which Python, itself not instrumented, loads a sanitizer's runtime before all else."""
    paths = [session.run("g++", f"-print-file-name={name}", external=True, silent=True).strip() for name in libraries]
    return {
        "LD_PRELOAD": " ".join(paths),
        "PYTHONMALLOC": "malloc",  # Python's own allocator steps aside
        # Python leaves much to the end of the process
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "TSAN_OPTIONS": "halt_on_error=1:die_after_fork=0:allocator_may_return_null=1",
        "OPENBLAS_NUM_THREADS": "1",  # NumPy's threads are not instrumented
    }


@nox.session
@nox.parametrize("part", SOAKS, ids=SOAKS)
def soak(session: nox.Session, part: str) -> None:
    """Look longer: property tests with many examples; kernels under sanitizers, in Python and out; loaders in need;
    kernels for every generation of GPUs."""
    oracles, arguments = split_oracles(session)
    needed = *GROUPS["test"], *GROUPS["parallel"], "cmake"
    session.install(*with_test_extras(wheels(session, *PACKAGES)), *needed, *oracles)
    # unbuffered output: the report of a process that is stopped would be lost with pytest's capture
    options = ["--capture=no", "-q", "-p", "no:cacheprovider", *arguments]
    tests = FOLDERS["tensor"] / "tests"
    if part == "properties":
        for name in PACKAGES:
            session.run("pytest", *PROCESSES[name], FOLDERS[name] / "tests", "--hypothesis-profile=soak", *arguments)
    elif part == "cuda":
        session.install(*GROUPS["nvrtc"])
        kernels = (tests / f"test_cuda_{name}.py" for name in ("compile", "fibres", "pointwise"))
        session.run("pytest", *AT_ONCE, *kernels, *options, env={"FLAMBEAU_CUDA_TESTS": "all"})
        session.install(*GROUPS["cudnn"])
        session.run("pytest", tests / "soak_cudnn.py", *options)
    elif part == "examples":
        session.install("-r", "docs/examples/requirements.txt")
        session.run("pytest", "tests-integration/soak_examples.py", *options)
    elif part == "loader":
        session.run("pytest", FOLDERS["data"] / "tests/soak_loader.py", *options)
    elif part == "addresses":
        test_without_python(session, "address,undefined")
        flags = "-fsanitize=address,undefined -fno-omit-frame-pointer -g1"
        install_rebuilt(session, COMPILED, isas="v2;v4", CXXFLAGS=flags)
        env = watched(session, "libasan.so", "libstdc++.so")
        for name in COMPILED:
            session.run("pytest", FOLDERS[name] / "tests", *options, env=env)
        kernels = [tests / f"test_{name}.py" for name in KERNEL_TESTS]
        session.run("pytest", *kernels, *options, env=env | {"FLAMBEAU_ISA": "v2"})
    else:
        session.run("pytest", tests / "test_hammering.py", *options, env={"FLAMBEAU_HAMMER_SECONDS": "60"})
        test_without_python(session, "thread")
        install_rebuilt(session, ["tensor"], isas="v4", CXXFLAGS="-fsanitize=thread -g1")
        threaded = [tests / f"test_{name}.py" for name in ("thread_counts", "threads", "memory")]
        threaded.append(f"{tests / 'test_hammering.py'}::test_two_threads")
        env = watched(session, "libtsan.so") | {"FLAMBEAU_HAMMER_SECONDS": "60"}
        session.run("pytest", *threaded, *options, env=env)
