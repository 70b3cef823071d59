"""The rules as Prometheus reads them, and what they do to series that a test writes. Needs `promtool`."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.expressions import DEPLOY, RULES, dashboard_expressions

PROMTOOL = shutil.which("promtool")
WHY = "promtool is not installed (Debian and Ubuntu: apt-get install prometheus)"
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason=WHY)


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROMTOOL), *arguments], cwd=DEPLOY / "prometheus", capture_output=True, text=True, check=False
    )


@needs_promtool
def test_prometheus_accepts_the_rules() -> None:
    checked = promtool("check", "rules", "--lint-fatal", "rules.yaml")

    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_promtool
def test_the_alerts_fire_when_they_should_and_only_then() -> None:
    tested = promtool("test", "rules", "rules.test.yaml")

    assert tested.returncode == 0, tested.stdout + tested.stderr


@needs_promtool
def test_what_the_dashboard_asks_is_in_the_language_of_prometheus(tmp_path: Path) -> None:
    asked = [told.replace("$__rate_interval", "5m").replace("$account", ".*") for told in dashboard_expressions()]
    rules = [{"record": f"asked:{number}", "expr": told} for number, told in enumerate(asked)]
    file = tmp_path / "asked.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))

    checked = promtool("check", "rules", str(file))

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_is_tested_by_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    cases = yaml.safe_load((DEPLOY / "prometheus" / "rules.test.yaml").read_text())["tests"]
    checks = [check for case in cases for check in case["alert_rule_test"]]
    fires = {check["alertname"] for check in checks if check["exp_alerts"]}
    silent = {check["alertname"] for check in checks if not check["exp_alerts"]}

    alerts = {rule["alert"] for group in RULES["groups"] for rule in group["rules"] if "alert" in rule}
    assert fires == silent == alerts


def test_the_burn_rates_are_those_of_the_workbook() -> None:
    for rule in RULES["groups"][1]["rules"]:
        steps = re.findall(r"rate(\w+) > (?:([\d.]+) \* )?[\d.]+", rule["expr"])
        if rule["labels"]["severity"] == "page":
            assert steps == [("1h", "14.4"), ("5m", "14.4"), ("6h", "6"), ("30m", "6")]
        else:
            assert steps == [("3d", ""), ("6h", "")]
