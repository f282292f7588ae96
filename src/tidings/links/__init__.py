"""Short links: which of a text's URLs count, codes, brand domains, and following them."""
