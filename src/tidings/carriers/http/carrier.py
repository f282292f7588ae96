"""A carrier of the kind `http`: a file and the settings that it asks for, made into a connector and a door."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources

from tidings.carriers.connector import OnRoom
from tidings.carriers.door import inbound_url, is_address, leads_somewhere, receipts_url
from tidings.carriers.http.connector import HttpConnector, Manners
from tidings.carriers.http.declared import DeclaredDialect, DeclaredDoor
from tidings.carriers.http.reading import Section
from tidings.carriers.http.spec import OF_MESSAGE, UNSAFE, Spec, SpecFaults

OURS = ("spec", "shipped", "public_url", "allow_private", "window")
"""Settings that every carrier of this kind has; the rest are those of its file."""


_SOMEBODY = dict.fromkeys(OF_MESSAGE, "1")
"""Stands in for a message where an address is tried."""


@dataclass(frozen=True, slots=True)
class HttpCarrier:
    """A file with its settings, checked. `values` hold secrets."""

    name: str
    spec: Spec
    values: Mapping[str, str]
    manners: Manners
    public_url: str | None

    @classmethod
    def parse(cls, name: str, given: Mapping[str, object], *, public_url: str | None) -> "HttpCarrier":
        """`given` has the file's text as `spec`, or the name of one that comes with Tidings as `shipped`, and what the
        file asks for by name. `public_url` holds where the settings name none.

        Raises SpecFaults with every fault; none shows a secret.
        """
        faults: list[str] = []
        section = Section(dict(given), "", faults)
        spec = _spec_in(section)
        own_url = section.setting("public_url", public_url or "").rstrip("/")
        if own_url and not is_address(own_url):
            section.fault("public_url", "must be http:// or https:// and a host, without a path")
        manners = replace(
            spec.calls,
            allow_private=section.switch("allow_private", default=False),
            window=section.whole("window", spec.calls.window, least=1, most=1_000),
        )
        values = {
            f"settings.{need.name}": section.setting(need.name, need.default, required=need.default is None)
            for need in spec.needs
        }
        for need in spec.needs:
            if UNSAFE.search(values[f"settings.{need.name}"]):
                section.fault(need.name, "must not hold line breaks or other control characters")
        section.end()
        if own_url:
            values |= {"receipts_url": receipts_url(own_url, name), "inbound_url": inbound_url(own_url, name)}
        elif spec.request.names & {"receipts_url", "inbound_url"}:
            section.fault("public_url", "missing: where shall the carrier call us? Or set TIDINGS_PUBLIC_URL")
        if not faults and not leads_somewhere(DeclaredDialect(name, spec, values).address_of(_SOMEBODY)):
            section.fault("request.url", "is no http:// or https:// address with these settings")
        if faults:
            raise SpecFaults("\n".join(faults))
        return cls(name, spec, values, manners, own_url or None)

    def connector(self, *, on_room: OnRoom) -> HttpConnector:
        return HttpConnector(
            self.name, DeclaredDialect(self.name, self.spec, self.values), self.manners, on_room=on_room
        )

    def door(self) -> DeclaredDoor:
        """Raises SpecFaults when a setting makes no proof, such as a public key that is none."""
        return DeclaredDoor(self.name, self.spec, self.values, public_url=self.public_url)


def shipped() -> dict[str, str]:
    """The files that come with Tidings, by name."""
    folder = resources.files("tidings.carriers.http").joinpath("shipped")
    return {
        file.name.removesuffix(".yaml"): file.read_text("utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".yaml")
    }


def spec_of(given: Mapping[str, object]) -> Spec:
    """The file that settings name or hold, whatever else they say. Raises SpecFaults."""
    return _spec_in(Section(dict(given), "", []))


def _spec_in(section: Section) -> Spec:
    """Raises SpecFaults: without a file nothing else can be judged."""
    named, text = section.text("shipped"), section.text("spec")
    if bool(named) == bool(text):
        raise SpecFaults("spec: the text of the carrier's file, or shipped: the name of one of Tidings' own")
    if named:
        known = shipped()
        if named not in known:
            raise SpecFaults(f"shipped: there is no {named!r}; there are {', '.join(known)}")
        text = known[named]
    return Spec.parse(text)
