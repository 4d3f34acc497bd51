"""Bytes and seconds in the unit that suits them."""

from __future__ import annotations


def format_bytes(n: float) -> str:
    """A number of bytes as MB or GB.

    >>> format_bytes(98_000_000), format_bytes(24.5e9), format_bytes(0)
    ('98 MB', '24.5 GB', '0 MB')
    """
    return f"{n / 1e9:.1f} GB" if n >= 1e9 else f"{n / 1e6:.0f} MB"


def format_seconds(seconds: float) -> str:
    """A duration as milliseconds or seconds, with three digits.

    >>> format_seconds(0.00123), format_seconds(0.123), format_seconds(4.2)
    ('1.23 ms', '123 ms', '4.20 s')
    """
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.1 else f"{seconds * 1e3:.3g} ms"
