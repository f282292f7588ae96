"""What the fork server of tests/command.py imports before it forks: every verb's module, and what they import late."""

from importlib import import_module

from tidings.cli.verbs import VERBS

for verb in VERBS.values():
    import_module(verb.module)
for late in (
    "asyncpg.protocol",
    "rich.console",
    "rich.progress",
    "rich.table",
    "tidings.carriers.configured",
):
    import_module(late)
