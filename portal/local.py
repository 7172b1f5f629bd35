"""Who answers as the upstream `local`: the Ollama that was named or found, else the embedded engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from portal.engine import Engine, EngineMissing, answers
from portal.ollama.upstreams import Upstream

Say = Callable[[str], object]


@contextmanager
def local_answers(*, say: Say, warn: Say) -> Iterator[None]:
    """Run the embedded engine as `local` while inside, where the settings want it and no Ollama is to be used."""
    local = settings.PORTAL_UPSTREAMS["local"]
    if not _wants_engine(local):
        if not answers(local.origin):
            warn(f"Nothing answers at {local.origin} just now; examples can run once an Ollama does.")
        yield
        return
    engine = Engine(settings.PORTAL_DATA / "embedded")
    try:
        engine.start()
    except EngineMissing as problem:
        settings.PORTAL_NO_ENGINE = str(problem)
        warn(f"No Ollama answers at {local.origin}, and the embedded engine is not available: {problem}")
        yield
        return
    settings.PORTAL_UPSTREAMS["local"] = Upstream("local", engine.origin, embedded=True)
    say("No Ollama was found, so the embedded model smollm2:135m answers. Set OLLAMA_HOST to use your own.")
    try:
        yield
    finally:
        engine.stop()


def _wants_engine(local: Upstream) -> bool:
    if settings.PORTAL_EMBEDDED == "always":
        return True
    # An address the operator named is never replaced behind their back, whether it answers or not.
    if settings.PORTAL_EMBEDDED == "never" or os.environ.get("OLLAMA_HOST"):
        return False
    return not answers(local.origin)
