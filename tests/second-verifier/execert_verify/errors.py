"""The one exception of the reading part: a code and the place it belongs to."""


class Refused(Exception):
    """Input refused (docs/spec/01-json): nothing of it is used. `path` is a JSON Pointer."""

    def __init__(self, code, path=""):
        super().__init__(f"{code} at {path or '(root)'}")
        self.code = code
        self.path = path


class BadArgument(Exception):
    """The caller's trust or options cannot be used: no report. Mostly `wire.bad_argument`."""

    def __init__(self, text, code="wire.bad_argument"):
        super().__init__(text)
        self.code = code
