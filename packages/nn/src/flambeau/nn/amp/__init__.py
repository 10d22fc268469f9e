"""Mixed precision: 16 bits where that is fast and does no harm, 32 bits elsewhere."""

from .autocast import autocast as autocast
from .autocast import get_autocast_dtype as get_autocast_dtype
from .autocast import is_autocast_enabled as is_autocast_enabled
from .grad_scaler import GradScaler as GradScaler

__all__ = ["GradScaler", "autocast", "get_autocast_dtype", "is_autocast_enabled"]
