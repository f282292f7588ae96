"""The reference pages that follow from the code are those that the code gives."""

import importlib.util
import re
from pathlib import Path

import pytest

from tidings.config import variables

ROOT = Path(__file__).parents[2]


def test_the_reference_of_commands_and_settings_is_current() -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for path, text in generate.pages().items():
        assert path.read_text("utf-8") == text, f"{path.relative_to(ROOT)} is not current: run `make goldens`"


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
