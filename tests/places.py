"""Where tests put databases and homes."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 4_000_000_000


def quick_place() -> Path:
    """In memory where there is room: a fresh database is a thousand files, which a slow disk makes wait for."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY:
        return MEMORY
    return Path(tempfile.gettempdir())
