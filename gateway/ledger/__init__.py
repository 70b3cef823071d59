"""What every ticket and every model call cost, in tokens, money and time."""
