"""What carriers and regulators of a country ask of senders and texts, as rows of a rule pack."""

from tidings.compliance.countries.rows import Begins, CountryRules, Forbidden, Links, Required, parse, shipped

__all__ = ["Begins", "CountryRules", "Forbidden", "Links", "Required", "parse", "shipped"]
