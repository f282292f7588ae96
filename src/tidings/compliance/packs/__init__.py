"""Rule packs: versioned rules as data, which operators replace by their own, and which every process follows."""
