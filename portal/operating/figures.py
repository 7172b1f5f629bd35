"""The figures of every worker as one text, each marked with the number of its worker, in the form a scraper asks for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from portal.operating.siblings import Siblings

Families = list[dict[str, Any]]


class Figures:
    """`own` tells those of this process. What a worker had counted that died is gone: the next begins at 0, as counters may."""

    def __init__(self, own: Collector, siblings: Siblings) -> None:
        self._own, self._siblings = own, siblings
        siblings.tell = lambda: json.dumps(told(own)).encode()

    async def read(self, accept: str) -> tuple[bytes, str]:
        """The text and its type, for what a request accepts."""
        found = {number: json.loads(text) for number, text in (await self._siblings.ask()).items()}
        found[self._siblings.number] = told(self._own)
        encode, content_type = choose_encoder(accept)
        return encode(_Assembled(found, expected=self._siblings.count)), content_type


def told(own: Collector) -> Families:
    """The families of one process, as JSON has them. When each series began is left out: nobody here asks for it."""
    return [
        {
            "name": family.name, "about": family.documentation, "type": family.type,
            "samples": [[one.name, one.labels, one.value] for one in family.samples if not one.name.endswith("_created")],
        }
        for family in own.collect()
    ]  # fmt: skip


class _Assembled(Collector):
    def __init__(self, found: Mapping[int, Families], expected: int) -> None:
        self._found, self._expected = found, expected

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for number, family in _each(self._found):
            metric = families.setdefault(family["name"], Metric(family["name"], family["about"], family["type"]))
            for name, labels, value in family["samples"]:
                metric.add_sample(name, {**labels, "worker": str(number)}, value)
        yield from families.values()
        yield GaugeMetricFamily("portal_workers_expected", "Workers of this server.", value=self._expected)
        yield GaugeMetricFamily("portal_workers_answering", "Workers whose figures are here.", value=len(self._found))


def _each(found: Mapping[int, Families]) -> Iterable[tuple[int, dict[str, Any]]]:
    return ((number, family) for number in sorted(found) for family in found[number])


