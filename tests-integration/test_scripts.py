"""The release scripts, on a small copy of the repository's shape."""

import datetime

import pytest

from conftest import PACKAGES, ROOT, load_script

bump = load_script("bump")
check_tag = load_script("check_tag")
projects = load_script("projects")


@pytest.fixture
def repository(tmp_path):
    """Two packages, the second leaning on the first, and the root distribution."""

    def write(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    dependency = 'dependencies = ["flambeau-tensor>=0.1,<0.2"]\n'
    write("pyproject.toml", f'[project]\nname = "flambeau"\nversion = "0.1.0"\n{dependency}')
    write("packages/tensor/pyproject.toml", '[project]\nname = "flambeau-tensor"\nversion = "0.1.0"\n')
    write("packages/tensor/src/flambeau/tensor/__init__.py", '"""Doc."""\n\n__version__ = "0.1.0"\n')
    write("packages/tensor/CHANGELOG.md", "# Changelog\n\nWords.\n\n## 0.1.0 (2026-01-02)\n\n- First.\n")
    write("packages/nn/pyproject.toml", f'[project]\nname = "flambeau-nn"\nversion = "0.1.0"\n{dependency}')
    write("packages/nn/CHANGELOG.md", "# Changelog\n\n## 0.1.0 (unreleased)\n\n- First.\n")
    return tmp_path


def test_bump_moves_version_and_changelog_together(repository):
    assert bump.bump("tensor", "minor", repository) == "0.2.0"
    tensor = repository / "packages/tensor"
    assert projects.project("tensor", repository)["version"] == "0.2.0"
    assert '__version__ = "0.2.0"' in (tensor / "src/flambeau/tensor/__init__.py").read_text()
    changelog = (tensor / "CHANGELOG.md").read_text()
    assert changelog == "# Changelog\n\nWords.\n\n## 0.2.0 (unreleased)\n\n## 0.1.0 (2026-01-02)\n\n- First.\n"


def test_bump_names_the_siblings_a_new_minor_version_leaves_behind(repository):
    bump.bump("tensor", "patch", repository)
    assert bump.left_behind("tensor", repository) == []
    bump.bump("tensor", "minor", repository)
    assert bump.left_behind("tensor", repository) == [
        "pyproject.toml: flambeau-tensor>=0.1,<0.2",
        "packages/nn/pyproject.toml: flambeau-tensor>=0.1,<0.2",
    ]


@pytest.mark.parametrize(("part", "after"), [("major", "2.0.0"), ("minor", "1.3.0"), ("patch", "1.2.4")])
def test_next_version(part, after):
    assert bump.next_version("1.2.3", part) == after


def test_release_dates_the_changelog(repository):
    bump.release("nn", repository)
    today = datetime.date.today().isoformat()
    assert f"## 0.1.0 ({today})" in (repository / "packages/nn/CHANGELOG.md").read_text()


def test_release_refuses_a_version_that_is_dated_already(repository):
    with pytest.raises(SystemExit, match=r"expected '## 0\.1\.0 \(unreleased\)' once, found it 0 times"):
        bump.release("tensor", repository)


def test_a_fitting_tag_gives_its_package(repository):
    assert check_tag.check("tensor-v0.1.0", repository) == "tensor"
    assert check_tag.check("flambeau-v0.1.0", repository) == "flambeau"


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("v0.1.0", "tag 'v0.1.0': expected <package>-v<version>, as tensor-v0.1.0"),
        ("tensor-v0.3.0", "tag 'tensor-v0.3.0': its version is 0.3.0, but tensor's pyproject.toml says 0.1.0"),
        ("vision-v0.1.0", "no package 'vision'; there are flambeau, nn, tensor"),
        (
            "nn-v0.1.0",
            "tag 'nn-v0.1.0': nn's CHANGELOG.md calls 0.1.0 unreleased; run `python scripts/bump.py nn release` first",
        ),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(tag, message, repository):
    with pytest.raises(SystemExit) as refused:
        check_tag.check(tag, repository)
    assert str(refused.value) == message


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_can_be_bumped_and_tagged(package):
    """What the scripts look for in a package is there: one version line, one changelog heading for it."""
    folder = projects.folder(package)
    version = projects.project(package)["version"]
    assert (folder / "pyproject.toml").read_text().count(f'\nversion = "{version}"\n') == 1
    assert (folder / "CHANGELOG.md").read_text().count(f"\n## {version} (") == 1


def test_siblings_are_depended_on_by_range():
    """Never by `==`: a release of one package must not force one of another."""
    for path in [ROOT / "pyproject.toml", *ROOT.glob("packages/*/pyproject.toml")]:
        assert "flambeau-tensor==" not in path.read_text().replace(" ", "")
