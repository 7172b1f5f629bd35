"""The first page: what is up, what is here, where to go on."""
