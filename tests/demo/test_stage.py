"""What the demo is played with."""

from pathlib import Path

import pytest

import connectors
from connectors.described.load import load
from gateway.demo.stage import BY_DESCRIPTION, CONNECTORS, Ports, stage
from gateway.errors import GatewayError


def test_every_connector_of_the_demo_is_registered_and_the_description_is_in_order() -> None:
    assert CONNECTORS.keys() <= connectors.REGISTRY.keys()
    assert load(Path(str(BY_DESCRIPTION))).system


def test_another_connector_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(GatewayError) as caught, stage(tmp_path, Ports(), connector="nothing-like-it"):
        pass

    assert "sandbox, http" in str(caught.value.remedy)
    assert list(tmp_path.iterdir()) == []
