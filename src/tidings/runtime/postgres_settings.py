"""The settings of the PostgreSQL that Tidings runs for itself. Pure.

They stand in a file of their own (`tidings.conf`), included at the end of `postgresql.conf`, because a
setting given on the command line would beat `alter system`. An operator's own values go into `local.conf`
beside it, which is read last.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MEBIBYTE = 1024 * 1024
PORT = 5432  # names the socket's file; nothing listens on TCP


def settings_for(*, memory_bytes: int, major: int, socket_folder: Path) -> dict[str, str]:
    """Values for many short, durable transactions on narrow hot tables, on a host with so much memory."""
    shared = max(128, min(2048, memory_bytes // MEBIBYTE // 8))
    values = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(256, memory_bytes // MEBIBYTE // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        # An accepted message is a committed one.
        "synchronous_commit": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "wal_level": "replica",
        "wal_buffers": "16MB",
        # Bounds crash recovery to about ten seconds of replay, and spaces checkpoints under load.
        "max_wal_size": "2GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "5min",
        "checkpoint_completion_target": "0.9",
        # Rows of the queue live for seconds: dead ones are swept at once, at full speed.
        "autovacuum_naptime": "10s",
        "autovacuum_max_workers": "3",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.05",
        "autovacuum_vacuum_insert_scale_factor": "0.2",
        "autovacuum_vacuum_cost_delay": "1ms",
        "autovacuum_vacuum_cost_limit": "2000",
        # One forgotten transaction makes every claim of a deep lane slower.
        "idle_in_transaction_session_timeout": "60s",
        "jit": "off",
        "random_page_cost": "1.1",
        "update_process_title": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgres-%a.log",
        "log_rotation_age": "1d",
        "log_truncate_on_rotation": "on",
        "log_checkpoints": "off",
        "log_lock_waits": "on",
        # Bodies and numbers of people stay out of the log: no parameters, no statement texts, no row values.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
    if major >= 18:
        values["io_workers"] = "2"
    return values


def conf_text(values: Mapping[str, str]) -> str:
    """The text of an included conf file, one quoted value a line."""
    lines = ["# Written by Tidings at every start. Put your own values into local.conf, which is read later."]
    for name, value in values.items():
        quoted = value.replace("'", "''")
        lines.append(f"{name} = '{quoted}'")
    return "\n".join(lines) + "\n"


def access_text() -> str:
    """`pg_hba.conf`: the operating system says who calls; nobody comes in by TCP until an operator adds a
    line.
    """
    return "local all all peer map=tidings\nlocal replication all peer map=tidings\n"


def identity_text(system_users: list[str]) -> str:
    """`pg_ident.conf`: these users of the operating system are the database user `tidings`."""
    lines = ["# Written by Tidings at every start."]
    lines += [f'tidings "{name}" tidings' for name in system_users]
    return "\n".join(lines) + "\n"
