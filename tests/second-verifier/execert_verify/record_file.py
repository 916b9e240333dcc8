"""A record exported alone: one line, steps 1 to 3 (docs/spec/07-bundle)."""

from . import envelope, reader
from .errors import Refused

MAX_LINE = 25_165_824


def read(data):
    """The envelope of a `.execert-record`."""
    if len(data) > MAX_LINE:
        raise Refused("bundle.too_large")
    value = reader.read(data, reader.LINE)
    if not isinstance(value, dict) or "payload" not in value:
        raise Refused("bundle.malformed")
    return envelope.check(value, kinds=("record/v1",))
