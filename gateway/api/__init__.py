"""The HTTP edge for programs: parse, call one function, answer."""
