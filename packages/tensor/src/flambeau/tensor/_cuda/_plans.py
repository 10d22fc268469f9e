"""Keeping what was worked out for dtypes, shapes and strides."""

from __future__ import annotations

from typing import Any

MOST = 4096


def keep(plans: dict[Any, Any], key: Any, plan: Any, most: int = MOST) -> Any:
    """Keep a plan, and give it. Programs have few; those that have more than ``most`` start over."""
    if len(plans) >= most:
        plans.clear()
    plans[key] = plan
    return plan
