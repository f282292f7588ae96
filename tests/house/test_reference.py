"""The reference pages that follow from the code are those that the code gives."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tidings.all_jobs import register_jobs
from tidings.config import Config, variables
from tidings.messages.states import State
from tidings.runtime.jobs import Jobs

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tidings"


def test_the_reference_pages_are_current() -> None:
    # A process of its own: modules of tests must not add to what is declared.
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_metric_is_declared_where_the_reference_finds_it() -> None:
    elsewhere = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCE.rglob("*.py")
        if path.name != "metrics.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "tidings.runtime.metrics"
        and {name.name for name in node.names} & {"counter", "gauge", "histogram"}
    ]
    assert not elsewhere, f"declare them in the slice's metrics.py: {elsewhere}"


@pytest.mark.parametrize(
    "store", [path for path in SOURCE.rglob("store.sql") if path.parent.name != "runtime"], ids=str
)
def test_every_kind_of_fact_that_a_slice_writes_stands_in_its_facts(store: Path) -> None:
    text = store.read_text("utf-8")
    if not re.search(r"insert\s+into\s+facts\b", text):
        return
    module = importlib.import_module(".".join((*store.parent.relative_to(SOURCE.parent).parts, "facts")))
    kinds = set(re.findall(r"'([a-z]+\.[a-z_]+)'", text))
    states = {
        State[name].fact
        for path in store.parent.glob("*.py")
        for name in re.findall(r"\bState\.([A-Z]+)\b", path.read_text("utf-8"))
    }
    unlisted = kinds - set(module.WRITES)
    assert not unlisted, f"add these to {module.__name__}: {sorted(unlisted)}"
    unwritten = set(module.WRITES) - kinds - states
    assert not unwritten, f"nothing writes these: take them out of {module.__name__}: {sorted(unwritten)}"
    assert set(module.DETAIL) <= set(module.WRITES)


def test_every_job_says_what_it_does() -> None:
    jobs = Jobs("")
    nothing: Any = None
    register_jobs(jobs, nothing, Config())
    silent = [job.name for job in jobs.periodic if not job.run.__doc__]
    silent += [name for name, deed in jobs.deeds.items() if not deed.__doc__]
    assert not silent, f"write a docstring for these: {silent}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), (
            f"{page.relative_to(ROOT)} links to {target}, which is not there"
        )


def test_every_setting_that_a_page_or_a_deployment_names_exists() -> None:
    known = {variable.name for variable in variables()}
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").iterdir()]
    named = {
        (name, page.relative_to(ROOT))
        for page in pages
        for name in re.findall(r"\bTIDINGS_[A-Z_]*[A-Z]\b", page.read_text("utf-8"))
    }
    unknown = sorted((name, str(page)) for name, page in named if name not in known)
    assert not unknown, f"mend the name, or add the setting to config.py: {unknown}"
