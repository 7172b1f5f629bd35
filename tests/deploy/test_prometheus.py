"""deploy/prometheus.yml and its rules: Prometheus reads them, they name figures the portal tells, and wake somebody when they should."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import yaml

from portal.operating.here import collected
from tests.deploy.files import DEPLOY
from tests.strict import leave_out

RULES = DEPLOY / "portal.rules.yml"
CASES = """
rule_files: [portal.rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'up{job="portal",instance="a"}', values: '0x20'}
      - {series: 'portal_upstream_up{instance="a",upstream="gpu",worker="0"}', values: '0x20'}
      - {series: 'portal_upstream_up{instance="a",upstream="local",worker="0"}', values: '0x20'}
      - {series: 'portal_upstream_up{instance="a",upstream="local",worker="1"}', values: '1x20'}
      - {series: 'portal_runs_total{instance="a",upstream="gpu",outcome="failed",model="m",worker="0"}', values: '0+1x40'}
      - {series: 'portal_runs_total{instance="a",upstream="gpu",outcome="done",model="m",worker="0"}', values: '0+3x40'}
      - {series: 'portal_time_to_first_token_seconds_bucket{upstream="gpu",model="m",le="0.5",worker="0"}', values: '0+10x20'}
      - {series: 'portal_time_to_first_token_seconds_bucket{upstream="gpu",model="m",le="1.0",worker="0"}', values: '0+10x20'}
      - {series: 'portal_time_to_first_token_seconds_bucket{upstream="gpu",model="m",le="+Inf",worker="0"}', values: '0+10x20'}
      # Of three workers one dies after ten minutes and begins at 0.
      - {series: 'portal_runs_total{upstream="crashing",outcome="done",model="m",worker="0"}', values: '100+3x30'}
      - {series: 'portal_runs_total{upstream="crashing",outcome="done",model="m",worker="1"}', values: '100+3x10 0+3x20'}
      - {series: 'portal_runs_total{upstream="crashing",outcome="done",model="m",worker="2"}', values: '100+3x30'}
    alert_rule_test:
      - {eval_time: 5m, alertname: PortalDown, exp_alerts: [{exp_labels: {instance: a, job: portal}, exp_annotations: {summary: "The portal at a does not answer. Look at its log, and whether it was restarted."}}]}
      - {eval_time: 5m, alertname: PortalUpstreamDown, exp_alerts: [{exp_labels: {instance: a, upstream: gpu}, exp_annotations: {summary: "The upstream gpu does not answer. Start Ollama there, or take it out of the settings."}}]}
      - {eval_time: 25m, alertname: PortalRunsFail, exp_alerts: [{exp_labels: {upstream: gpu}, exp_annotations: {summary: "More than a fifth of the runs on gpu fail. portal_run_errors_total says by which code."}}]}
      - {eval_time: 5m, alertname: PortalQueueLong, exp_alerts: []}
    promql_expr_test:
      - {expr: 'round(1000 * portal:time_to_first_token_seconds:p95)', eval_time: 15m, exp_samples: [{labels: '{upstream="gpu"}', value: 475}]}
      - {expr: 'portal:runs_per_minute{upstream="crashing"} > 7 < 9', eval_time: 12m, exp_samples: [{labels: 'portal:runs_per_minute{upstream="crashing",outcome="done"}', value: 8.4}]}
      - {expr: 'portal:runs_per_minute{upstream="gpu",outcome="done"}', eval_time: 15m, exp_samples: [{labels: 'portal:runs_per_minute{upstream="gpu",outcome="done"}', value: 3}]}
"""


def test_every_figure_in_the_rules_is_one_the_portal_tells() -> None:
    named = set(re.findall(r"\bportal_[a-z_]+", " ".join(rule["expr"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"])))
    told = {family.name for family in collected.collect()} | {"portal_workers_answering", "portal_workers_expected", "portal_redis_up"}
    assert {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in named} - told == set()


def test_no_rule_takes_the_rate_of_a_sum() -> None:
    """A worker that is started again begins at 0: `rate` sees that of one worker's figure, and of a sum takes it for a jump."""
    rules = [rule["expr"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    taken = [inside for rule in rules for inside in re.findall(r"\b(?:i?rate|increase|i?delta|resets)\(([^)]*)", rule)]
    assert len(taken) >= 5
    assert [inside for inside in taken if not re.fullmatch(r"portal_\w+(\{[^}]*\})?\[\d+m\]", inside)] == []


def test_prometheus_reads_them_and_they_wake_somebody_when_they_should(tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        leave_out("no promtool on this machine (Debian: apt-get install prometheus), so the rules were not tried")
    for file in (DEPLOY / "prometheus.yml", RULES):
        text = file.read_text().replace("/etc/prometheus/portal-token", str(tmp_path / "token"))
        (tmp_path / file.name).write_text(text)
    (tmp_path / "token").write_text("secret")
    (tmp_path / "cases.yml").write_text(CASES)
    for asked in (["check", "config", "prometheus.yml"], ["check", "rules", "portal.rules.yml"], ["test", "rules", "cases.yml"]):
        said = subprocess.run(["promtool", *asked], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        assert said.returncode == 0, said.stdout + said.stderr
