"""The shape of the house: names, rooms, pure files, sizes. Each failure says how to mend it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tidings"
FILES = sorted(SOURCE.rglob("*.py"))

KIND_NAMES = {
    "models",
    "services",
    "service",
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "common",
    "misc",
}
SLICES = [
    "messages",
    "lanes",
    "carriers",
    "carriers/smpp",
    "carriers/http",
    "carriers/twilio",
    "carriers/simulator",
    "webhooks",
    "planner",
    "verify",
    "compliance",
    "compliance/caps",
    "compliance/geo",
    "compliance/consent",
    "compliance/proof",
    "lookup",
    "links",
    "lookup/suppression",
    "lookup/scrub",
    "lookup/entry",
    "senders",
    "senders/applications",
    "senders/services",
    "senders/numbers",
    "senders/deactivations",
    "monitor",
    "senders/registration",
    "accounts",
    "web",
    "runtime",
    "kernel",
]
PURE = [
    "kernel/*.py",
    "lanes/lane.py",
    "lanes/pace.py",
    "lanes/guard.py",
    "lanes/order.py",
    "lanes/shares.py",
    "lanes/turn.py",
    "lanes/budget.py",
    "lanes/admission.py",
    "lanes/key.py",
    "lanes/allowance.py",
    "senders/selection/*.py",
    "lanes/campaign.py",
    "planner/throughput.py",
    "planner/forecast.py",
    "planner/launch.py",
    "planner/replay.py",
    "compliance/caps/asking.py",
    "compliance/caps/cap.py",
    "compliance/caps/rows.py",
    "compliance/caps/settings.py",
    "compliance/gate/settings.py",
    "compliance/geo/permission.py",
    "compliance/opt_outs/verdict.py",
    "compliance/opt_outs/vocabulary.py",
    "compliance/opt_outs/heard.py",
    "compliance/opt_outs/settings.py",
    "compliance/opt_outs/phrases/*.py",
    "compliance/consent/decide.py",
    "compliance/consent/entry.py",
    "compliance/consent/law.py",
    "compliance/consent/scope.py",
    "compliance/consent/sheet.py",
    "compliance/consent/standing.py",
    "compliance/consent/tree.py",
    "compliance/proof/check.py",
    "compliance/proof/pack.py",
    "compliance/proof/report.py",
    "compliance/content/*.py",
    "compliance/countries/*.py",
    "compliance/topics.py",
    "compliance/quiet_hours/*.py",
    "compliance/drift/drift.py",
    "compliance/drift/distance.py",
    "compliance/advisories/advisory.py",
    "compliance/advisories/letter.py",
    "compliance/packs/manifest.py",
    "compliance/packs/sheet.py",
    "compliance/packs/pack.py",
    "compliance/packs/compare.py",
    "compliance/profiles/profile.py",
    "messages/states.py",
    "messages/draft.py",
    "messages/facts.py",
    "messages/after.py",
    "lookup/number.py",
    "lookup/package.py",
    "lookup/known.py",
    "lookup/resolve.py",
    "lookup/view.py",
    "lookup/asked.py",
    "links/shorten.py",
    "links/believe/agents.py",
    "links/believe/classify.py",
    "links/believe/tally.py",
    "links/rules/rule.py",
    "lookup/declared.py",
    "lookup/suppression/rules.py",
    "lookup/scrub/swift.py",
    "lookup/scrub/judge.py",
    "lookup/entry/allowance.py",
    "links/domain.py",
    "links/page.py",
    "links/month.py",
    "links/conversions/conversion.py",
    "links/certificate.py",
    "links/homograph.py",
    "carriers/routes.py",
    "carriers/health.py",
    "carriers/breaker.py",
    "carriers/beliefs.py",
    "carriers/rate.py",
    "carriers/awaited.py",
    "carriers/plausible.py",
    "carriers/smpp/pdu.py",
    "carriers/smpp/session.py",
    "carriers/door.py",
    "carriers/http/words.py",
    "carriers/http/shape.py",
    "carriers/http/meanings.py",
    "carriers/http/proofs.py",
    "carriers/http/reading.py",
    "carriers/http/spec.py",
    "carriers/http/declared.py",
    "carriers/twilio/dialect.py",
    "carriers/twilio/door.py",
    "senders/sender.py",
    "senders/applications/application.py",
    "senders/services/pool.py",
    "senders/stock.py",
    "senders/deactivations/day.py",
    "senders/numbers/api/search.py",
    "senders/numbers/api/matching.py",
    "carriers/simulator/stock.py",
    "senders/registration/fields.py",
    "senders/registration/gate.py",
    "senders/registration/reasons.py",
    "senders/registration/rules.py",
    "senders/registration/states.py",
    "senders/registration/use_cases.py",
    "senders/registration/view.py",
    "senders/registration/wording.py",
    "verify/asked.py",
    "verify/attempts/filters.py",
    "verify/attempts/view.py",
    "verify/code.py",
    "verify/factors/asked.py",
    "verify/factors/totp.py",
    "verify/factors/view.py",
    "verify/fraud/judge.py",
    "verify/fraud/level.py",
    "verify/fraud/memory.py",
    "verify/fraud/posterior.py",
    "verify/limits/limit.py",
    "verify/settings.py",
    "verify/verification.py",
    "verify/view.py",
    "verify/wording.py",
    "webhooks/signature.py",
    "webhooks/overrides.py",
    "webhooks/retry.py",
    "webhooks/inbound/twiml.py",
    "webhooks/inbound/answer.py",
]
IMPURE_MODULES = {
    "asyncio",
    "asyncpg",
    "aiohttp",
    "socket",
    "subprocess",
    "random",
    "secrets",
    "time",
    "uvicorn",
    "threading",
}
LONGEST_FUNCTION = 90
LONGEST_FILE = 600


def test_no_file_is_named_for_a_kind() -> None:
    found = [str(path.relative_to(ROOT)) for path in FILES if path.stem in KIND_NAMES]
    assert not found, f"name these for the thing or the deed they are: {found}"


@pytest.mark.parametrize("room", SLICES)
def test_every_slice_has_a_readme(room: str) -> None:
    readme = SOURCE / room / "README.md"
    assert readme.exists(), (
        f"write {readme.relative_to(ROOT)}: what it is, its files, the facts it writes and reads"
    )
    assert len(readme.read_text("utf-8").splitlines()) < 90, "a slice's README is a page"


@pytest.mark.parametrize("pattern", PURE)
def test_pure_files_import_nothing_that_acts(pattern: str) -> None:
    paths = list(SOURCE.glob(pattern))
    assert paths, f"{pattern} names no file: mend the list in this test"
    for path in paths:
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            name.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for name in node.names
        } | {
            (node.module or "").partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
        }
        acting = imported & IMPURE_MODULES
        assert not acting, (
            f"{path.relative_to(ROOT)} imports {sorted(acting)}: hand the deed in as an argument"
        )


def test_functions_and_files_stay_small() -> None:
    sizes = [
        (node.end_lineno - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    ]
    files = [(len(path.read_text("utf-8").splitlines()), str(path.relative_to(ROOT))) for path in FILES]
    largest = sorted(sizes, reverse=True)[:10] + sorted(files, reverse=True)[:10]
    print("\n".join(f"{lines:5} {place}" for lines, place in largest))
    assert max(sizes)[0] <= LONGEST_FUNCTION, f"which two deeds is it? {max(sizes)}"
    assert max(files)[0] <= LONGEST_FILE, f"which two things is it? {max(files)}"


def test_nothing_is_left_for_later_in_the_source() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if marks.search(line)
    ]
    assert not found, f"finish these, or take them out: {found}"


def test_an_error_that_is_passed_over_has_its_reason_beside_it() -> None:
    found = []
    for path in FILES:
        lines = path.read_text("utf-8").splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if not (isinstance(node, ast.ExceptHandler) and isinstance(node.body[0], ast.Pass)):
                continue
            if "#" not in lines[node.body[0].lineno - 1]:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found, f"say why it may be passed over beside the `pass`, or act on it: {found}"
