"""The manifests are what Kubernetes takes, and name only what this version has: commands, ports, paths, variables."""

import copy
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

import connectors
from gateway.api import health
from gateway.bootstrap import account_of, installation_of
from gateway.cli import _add_commands, app
from gateway.policy import load, run_tests
from gateway.settings import Environment
from gateway.telemetry import REGISTRY
from tests.deploy.expressions import DEPLOY

ROOT = DEPLOY.parent
FOLDER = DEPLOY / "kubernetes"
MANIFESTS: list[dict[str, Any]] = [
    manifest
    for file in sorted(FOLDER.glob("*.yaml"))
    if file.name != "kustomization.yaml"
    for manifest in yaml.safe_load_all(file.read_text())
]
PODS = [manifest for manifest in MANIFESTS if manifest["kind"] in ("Deployment", "Job")]
SECRET = {"DATABASE_URL", "COUNTERSIGN_ADMIN_TOKEN", "COUNTERSIGN_SECRET_KEY", "COUNTERSIGN_AUDIT_KEY"}


def named(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {manifest["metadata"]["name"]: manifest for manifest in MANIFESTS if manifest["kind"] == kind}


def pod(manifest: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifest["spec"]["template"]["spec"]
    return found


def container(manifest: dict[str, Any]) -> dict[str, Any]:
    (found,) = pod(manifest)["containers"]
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def validator() -> Any:
    return pytest.importorskip("kubernetes_validate")


@pytest.mark.parametrize("version", ["1.29", "1.33", "1.37"])
@pytest.mark.parametrize("manifest", MANIFESTS, ids=named)
def test_every_manifest_is_what_kubernetes_takes_and_nothing_besides(
    validator: Any, manifest: dict[str, Any], version: str
) -> None:
    validator.validate(manifest, version, strict=True)


def test_a_misspelt_field_would_be_found(validator: Any) -> None:
    wrong = copy.deepcopy(of_kind("Deployment")["countersign-web"])
    pod(wrong)["terminationGracePeriodSecond"] = 30

    with pytest.raises(validator.ValidationError, match="terminationGracePeriodSecond"):
        validator.validate(wrong, "1.33", strict=True)


def test_the_kustomization_names_every_file_and_its_image() -> None:
    told = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())

    assert {*told["resources"], "kustomization.yaml"} == {file.name for file in FOLDER.glob("*.yaml")}
    assert {container(manifest)["image"] for manifest in PODS} == {image["name"] for image in told["images"]}


@pytest.mark.parametrize("manifest", PODS, ids=named)
def test_every_pod_runs_with_the_least_rights(manifest: dict[str, Any]) -> None:
    whole, inside = pod(manifest)["securityContext"], container(manifest)["securityContext"]

    assert whole["runAsNonRoot"] is True
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert str(whole["runAsUser"]) in (ROOT / "Dockerfile").read_text()
    assert pod(manifest)["automountServiceAccountToken"] is False
    assert inside == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    resources = container(manifest)["resources"]
    assert resources["requests"].keys() == {"cpu", "memory"}
    assert "memory" in resources["limits"]


@pytest.mark.parametrize("manifest", PODS, ids=named)
def test_every_pod_runs_a_command_that_there_is(manifest: dict[str, Any]) -> None:
    _add_commands()
    command: Any = typer.main.get_command(app)
    arguments = list(container(manifest)["args"])
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]

    command.make_context("countersign", arguments)  # raises where an option is not there


@pytest.mark.parametrize("manifest", PODS, ids=named)
def test_what_is_mounted_is_there_and_what_is_written_has_a_place(manifest: dict[str, Any]) -> None:
    mounts = {mount["name"]: mount["mountPath"] for mount in container(manifest)["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod(manifest)["volumes"]}
    settings = of_kind("ConfigMap")["countersign-settings"]["data"]

    assert mounts.keys() == volumes.keys()
    assert mounts["state"] == settings["COUNTERSIGN_HOME"]
    assert settings["COUNTERSIGN_CONFIG"] == f"{mounts['config']}/countersign.yaml"
    for volume in volumes.values():
        if "configMap" in volume:
            assert volume["configMap"]["name"] in of_kind("ConfigMap")


@pytest.mark.parametrize("name", ["countersign-web", "countersign-worker"])
def test_probes_ask_for_paths_on_ports_that_a_process_has(name: str) -> None:
    web = name.endswith("web")
    inside = container(of_kind("Deployment")[name])
    (port,) = inside["ports"]
    defaults = Environment.model_fields

    assert port["containerPort"] == defaults["port" if web else "metrics_port"].default
    for probe, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
        assert inside[probe]["httpGet"] == {"path": path, "port": port["name"]}
        assert path in health.PATHS


def test_a_worker_gets_longer_to_stop_than_it_takes() -> None:
    settings = of_kind("ConfigMap")["countersign-settings"]["data"]

    given = pod(of_kind("Deployment")["countersign-worker"])["terminationGracePeriodSeconds"]
    assert given > float(settings["COUNTERSIGN_GRACE"]) + 10


def test_every_selector_finds_its_pods() -> None:
    labels = {name: found["spec"]["template"]["metadata"]["labels"] for name, found in of_kind("Deployment").items()}
    for kind in ("Deployment", "PodDisruptionBudget"):
        for name, found in of_kind(kind).items():
            assert found["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
    service = of_kind("Service")["countersign-web"]["spec"]
    assert service["selector"].items() <= labels["countersign-web"].items()
    for policy in of_kind("NetworkPolicy").values():
        wanted = policy["spec"]["podSelector"]["matchLabels"].items()
        assert any(wanted <= found.items() for found in labels.values())


def test_the_autoscaler_asks_for_a_metric_that_is_exported() -> None:
    told = of_kind("HorizontalPodAutoscaler")["countersign-worker"]["spec"]
    exported = {family.name for family in REGISTRY.collect() if family.type == "gauge"}

    assert told["scaleTargetRef"]["name"] in of_kind("Deployment")
    (metric,) = told["metrics"]
    assert metric["external"]["metric"]["name"] in exported
    assert metric["external"]["metric"]["name"] in (FOLDER / "README.md").read_text()


def test_settings_are_variables_that_are_read_and_the_secret_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = of_kind("ConfigMap")["countersign-settings"]["data"]
    known = {f"COUNTERSIGN_{name.upper()}" for name in Environment.model_fields} | {"DATABASE_URL"}
    described = (FOLDER / "README.md").read_text()

    assert settings.keys() <= known
    assert not settings.keys() & SECRET
    assert [name for name in SECRET if name not in described] == []
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert Environment().concurrency == int(settings["COUNTERSIGN_CONCURRENCY"])


def test_the_configuration_and_the_policies_in_them_are_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = of_kind("ConfigMap")
    (tmp_path / "countersign.yaml").write_text(maps["countersign-config"]["data"]["countersign.yaml"])
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    mounted = [Path(one["mountPath"]) for one in container(of_kind("Job")["countersign-policies"])["volumeMounts"]]
    for name, text in maps["countersign-policies"]["data"].items():
        (place,) = [path for path in mounted if path.name == name]
        (tmp_path / place.relative_to("/app")).write_text(text)
    for name in ("ACME_WEBHOOK_SECRET", "ACME_API_TOKEN", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "x" * 32)

    installation = installation_of(Environment(config=tmp_path / "countersign.yaml"))

    (name, entry), *_ = installation.accounts.items()
    assert connectors.load(entry.connector).connect(account_of(name, entry))
    report = run_tests(load(tmp_path / "policies"))
    assert [one for one in report.failed if "wholesale" in str(one)] == []
    assert "approval/wholesale.yaml" not in report.untested
    for secret in entry.secrets.values():
        assert os.environ[secret.env or ""]
        assert (secret.env or "") in (FOLDER / "README.md").read_text()
