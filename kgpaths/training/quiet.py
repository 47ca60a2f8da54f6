"""Keep the messages of other libraries off the screen while kgpaths prints its own."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Silence the bars of loading and mapping, names about to change elsewhere, and hints to install more.

    Errors and warnings of other kinds come through, and everything is as it was afterwards.
    """
    import datasets
    from transformers.utils import logging as transformers_logging

    bars = transformers_logging.is_progress_bar_enabled(), datasets.is_progress_bar_enabled()
    talkers = [logging.getLogger(name) for name in ("bitsandbytes", "lm_eval", "trl")]
    levels = [logger.level for logger in talkers]
    transformers_logging.disable_progress_bar()
    datasets.disable_progress_bars()
    for logger in talkers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        for logger, level in zip(talkers, levels, strict=True):
            logger.setLevel(level)
        if bars[0]:
            transformers_logging.enable_progress_bar()
        if bars[1]:
            datasets.enable_progress_bars()
