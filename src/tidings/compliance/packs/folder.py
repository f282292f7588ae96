"""Rule packs as folders: `pack.toml` and CSV files, read and written."""

from collections.abc import Mapping
from pathlib import Path

from tidings.compliance.packs import manifest as manifests
from tidings.compliance.packs.faults import BadRows, Fault
from tidings.compliance.packs.pack import Pack, assemble
from tidings.compliance.packs.sheet import text_of


def read(folder: Path) -> tuple[str, Pack]:
    """The manifest's text, and the pack. Raises BadRows with all that is wrong, OSError when it cannot be read."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".toml"))
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    for path in files:
        try:
            texts[path.name] = text_of(path.read_bytes(), file=path.name)
        except BadRows as bad:
            faults += bad.faults
    manifest = texts.pop(manifests.FILE, None)
    if manifest is None and not any(fault.file == manifests.FILE for fault in faults):
        faults.append(Fault(manifests.FILE, 1, "-", f"{folder} has no such file, which names the pack."))
    if not faults and manifest is not None:
        return manifest, assemble(manifest, texts)
    try:
        assemble(manifest or "", texts)
    except BadRows as bad:
        faults += [fault for fault in bad.faults if manifest is not None or fault.file != manifests.FILE]
    raise BadRows(faults)


def write(folder: Path, *, manifest: str, tables: Mapping[str, str]) -> None:
    """Writes a pack's files into a folder, which is made. Raises FileExistsError when there is one already."""
    folder.mkdir(parents=True)
    (folder / manifests.FILE).write_text(manifest, "utf-8")
    for file, text in tables.items():
        (folder / file).write_text(text, "utf-8")


def manifest_of(pack: Pack, *, version: str, title: str) -> str:
    """The text of a manifest: that of a pack, with another version and title."""
    one = pack.manifest
    quoted = {"version": version, "title": title, "source": one.source, "note": one.note}
    lines = [f"schema = {manifests.SCHEMA}", *(f"{key} = {_quoted(text)}" for key, text in quoted.items())]
    return "\n".join([*lines, f"effective_from = {one.effective_from.isoformat()}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
