"""Rule packs: versioned rules as data."""
