"""From an OpenAPI 3 document of the set to the pages of its reference."""
