"""What the tests of datasets share: a local server, and an environment that asks for nothing."""

import pytest
from flambeau.vision._files import download
from server import FileServer


@pytest.fixture
def server():
    server = FileServer()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def calm(monkeypatch, tmp_path_factory):
    """No settings from outside, no long waits, and no folder of the user's."""
    for name in ("FLAMBEAU_OFFLINE", "FLAMBEAU_MIRROR", "FLAMBEAU_PROGRESS", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("FLAMBEAU_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setattr(download, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(download, "_TIMEOUTS", (5.0, 0.5))
