"""The two neighbours of the gateway that behave as badly as a test asks, each in a process of its own.

The model is `gateway.demo.stub_model`, the help desk `connectors.sandbox.desk`: both count what reaches them.
"""
