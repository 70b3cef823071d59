"""Loads the detectors that an installation adds to ours."""

from typing import TYPE_CHECKING

from gateway.errors import ConfigurationInvalid
from gateway.screening.detectors import Detectors
from gateway.settings import Installation

if TYPE_CHECKING:
    from gateway.screening.defender import Defender
    from gateway.screening.presidio import Presidio


def detectors_of(installation: Installation) -> Detectors:
    """Seconds of CPU where extras are in use. Raises ConfigurationInvalid where one, or a model, is not installed."""
    declared = installation.screening
    return Detectors(
        personal=_presidio(declared.presidio) if declared.presidio else None,
        attack=_defender() if declared.defender else None,
    )


def _presidio(models: dict[str, str]) -> "Presidio":
    try:
        from gateway.screening.presidio import Presidio

        return Presidio(models)
    except ImportError:
        raise ConfigurationInvalid(["screening.presidio: pip install 'countersign[presidio]'"]) from None
    except OSError as error:
        why = f"screening.presidio: a spaCy model is not there; install its package, or name its folder ({error})"
        raise ConfigurationInvalid([why[:300]]) from None


def _defender() -> "Defender":
    try:
        from gateway.screening.defender import Defender

        return Defender()
    except ImportError:
        raise ConfigurationInvalid(["screening.defender: pip install 'countersign[defender]'"]) from None
