"""Makes `schema.json`, for completion and red lines in editors, from the same keys that the loader checks."""

import json
import sys

from connectors.described.description import Description


def render_schema() -> str:
    """The file's text."""
    return json.dumps(Description.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_schema())
