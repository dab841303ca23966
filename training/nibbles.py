"""Tables of four-bit numbers: sixteen levels around zero, with one scale per row."""

from __future__ import annotations

import numpy as np

LEVELS = 16
#: A code's value is its difference from this, times the row's scale.
MIDDLE = (LEVELS - 1) / 2
#: Scales to try, as the level of a row's largest number: clipping a few large numbers costs less than coarser steps for all.
REACHES = np.linspace(0.5, 1.0, 11, dtype=np.float32)


def codes(table: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """`uint8` codes 0–15 of `[rows, columns]` under `[rows, 1]` scales."""
    return np.clip(np.rint(table / scale + MIDDLE), 0, LEVELS - 1).astype(np.uint8)


def values(held: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return (held.astype(np.float32) - MIDDLE) * scale


def row_scales(table: np.ndarray) -> np.ndarray:
    """`[rows, 1]` scales with the smallest squared error. For rows that are already rounded it returns their scale."""
    largest = np.maximum(np.abs(table).max(1, keepdims=True), 1e-12).astype(np.float32)
    best, error = largest / MIDDLE, np.full((len(table), 1), np.inf, dtype=np.float32)
    for reach in REACHES:
        scale = largest * reach / MIDDLE
        missed = np.square(values(codes(table, scale), scale) - table).sum(1, keepdims=True)
        best, error = np.where(missed < error, scale, best), np.minimum(missed, error)
    return best


def rounded(table: np.ndarray) -> np.ndarray:
    """The table rounded to four bits."""
    scale = row_scales(table)
    return values(codes(table, scale), scale)


def held_by(table: np.ndarray, scale: np.ndarray) -> bool:
    """Whether four bits with these scales represent the table without loss."""
    return bool(np.allclose(values(codes(table, scale), scale), table, rtol=1e-4, atol=1e-6))


def packed(held: np.ndarray) -> np.ndarray:
    """Two codes per byte, `[rows, columns / 2]`: the first half of the columns in the low bits, the second half in the high bits."""
    low, high = np.split(held, 2, axis=1)
    return low | high << 4


def unpacked(held: np.ndarray) -> np.ndarray:
    """`uint8` codes `[rows, columns]` of packed bytes."""
    return np.concatenate([held & (LEVELS - 1), held >> 4], axis=1)
