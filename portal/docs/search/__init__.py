"""Finding: every section of every page, by its words, its names and what comes near them."""
