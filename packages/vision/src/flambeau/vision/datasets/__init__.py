"""Image datasets: each declares its source, licence, citation, checksum and classes."""

from .digits import Digits as Digits

__all__ = ["Digits"]
