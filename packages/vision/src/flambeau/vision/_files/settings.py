"""What the environment says about data: where it is kept, whether the network may be used, whose mirror is nearer.

==================== ==============================================================================================
variable             meaning
==================== ==============================================================================================
FLAMBEAU_DATA        the folder for datasets whose ``root`` is not given
FLAMBEAU_OFFLINE     ``1``: nothing is downloaded
FLAMBEAU_MIRROR      a folder or an http(s) address that is asked first, for ``<mirror>/<dataset>/<file>``
FLAMBEAU_PROGRESS    ``0``: downloads are silent
==================== ==============================================================================================

Proxies are those of ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["data_home", "local_mirror", "offline", "progress_wanted"]

_NO = ("", "0", "false", "no", "off")


def data_home() -> Path:
    """The folder for datasets whose ``root`` is not given.

    It is ``$FLAMBEAU_DATA``, or else ``flambeau/data`` in the user's cache folder: ``$XDG_CACHE_HOME`` or ``~/.cache``.

    Example:
        >>> import os
        >>> from flambeau.vision.datasets import data_home
        >>> os.environ["FLAMBEAU_DATA"] = "/data"
        >>> str(data_home())
        '/data'
        >>> del os.environ["FLAMBEAU_DATA"]
    """
    chosen = os.environ.get("FLAMBEAU_DATA")
    if chosen:
        return Path(chosen).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "flambeau" / "data"


def offline() -> bool:
    return os.environ.get("FLAMBEAU_OFFLINE", "").lower() not in _NO


def local_mirror() -> str | None:
    return os.environ.get("FLAMBEAU_MIRROR") or None


def progress_wanted() -> bool:
    return os.environ.get("FLAMBEAU_PROGRESS", "1").lower() not in _NO
