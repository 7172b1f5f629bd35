"""The registry of this process, for the doors."""

from portal.runs.registry import Registry

registry = Registry()
