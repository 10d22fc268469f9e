"""Helpers around layers."""

from . import rnn as rnn

__all__ = ["rnn"]
