"""The models of the store and the one set of weights they stand on."""
