"""Step 10 (docs/spec/09-verifying): MAC tags, with the key that `chain.open` committed to."""

from . import mac
from .errors import BadArgument
from .findings import place_of

STEP = 10
MOST_EPOCHS = 4_194_304


def check(case):
    """Tags of all records of the chains that commit to the key."""
    key = case.options.mac_key
    if key is None:
        return
    commitment = mac.commitment(key)
    chains = [chain for chain in case.listed_chains()
              if chain.opening() and chain.opening().predicate["body"]["mac"] == commitment]
    if not chains:
        raise BadArgument("mac_key: no chain commits to it")
    keys = [key]
    for chain in chains:
        for _, record in chain.all():
            if not record.withheld and not _fits(record, keys):
                case.findings.error(STEP, "record.tag_mismatch", place_of(record))


def _fits(record, keys):
    wanted = record.predicate["mac"]
    epoch = wanted["epoch"]
    if epoch > min(record.seq, MOST_EPOCHS):  # each epoch before it has a heartbeat of lower seq
        return False
    while len(keys) <= epoch:
        keys.append(mac.next_key(keys[-1]))
    return mac.tag(keys[epoch], record.envelope.statement) == wanted["tag"]
