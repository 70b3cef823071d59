"""A classifier of attacks on language models, by stackone-defender: the extra `defender`, model included."""


class Defender:
    """Says whether a text reads like an attack. Raises ImportError where the extra is not installed."""

    def __init__(self) -> None:
        from stackone_defender import create_prompt_defense

        self._defense = create_prompt_defense(block_high_risk=True, require_tier2=True)
        self._defense.warmup_tier2()

    def __call__(self, text: str) -> bool:
        return not self._defense.defend_tool_result(text, "ticket").allowed
