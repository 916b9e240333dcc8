"""The in-toto statement in a payload (docs/spec/02-envelope)."""

from . import document_form, manifest_form, record_form, record_rules
from .encodings import is_int
from .errors import Refused
from .shapes import hex64, ident, malformed, need_object, no_unknown, obj

STATEMENT = "https://in-toto.io/Statement/v1"
PREFIX = "https://execert.dev/"
RECORD, BUNDLE = "record/v1", "bundle/v1"
KINDS = (RECORD, BUNDLE, *document_form.SHAPES)
MEMBERS = ("_type", "predicate", "predicateType", "subject")
WITH_CONTENT = (RECORD, "plan-certificate/v1", "plan-refusal/v1")
CONTENT_DIGEST = "execert-content-v1"


def kind_of(value):
    """The document type of a payload, without `https://execert.dev/`, or None."""
    name = value.get("predicateType") if isinstance(value, dict) else None
    if isinstance(name, str) and name.startswith(PREFIX) and name[len(PREFIX):] in KINDS:
        return name[len(PREFIX):]
    return None


def check(value, path, kinds=KINDS, line=""):
    """Checks the statement of a payload at `path`; returns its type. One that is not of `kinds` is the line's fault."""
    kind = kind_of(value)
    area = "bundle" if kind == BUNDLE else "record"
    need_object(value, path, area)
    _versions(value, kind, path)
    if kind is not None and kind not in kinds:
        raise Refused("bundle.malformed", line)
    no_unknown(value, MEMBERS, path, area)
    if any(name not in value for name in MEMBERS):
        raise malformed(path, area)
    p, below = value["predicate"], path + "/predicate"
    if kind == RECORD:
        record_form.predicate(p, below, area)
    elif kind == BUNDLE:
        manifest_form.predicate(p, below, area)
    else:
        document_form.predicate(kind, p, below, area)
    _subject(value["subject"], kind, p, path + "/subject", area)
    if kind == RECORD:
        record_rules.check(p, below, area)
    elif kind == BUNDLE:
        manifest_form.rules(p, below, area)
        if len(value["subject"]) > 1:
            raise malformed(path + "/subject/1", area)
    else:
        document_form.rules(kind, p, below, area)
    return kind


def _versions(value, kind, path):
    """`_type`, `predicateType` and `version` come before everything else (1.6)."""
    if "_type" in value and value["_type"] != STATEMENT:
        raise Refused("record.version_unknown", path + "/_type")
    if "predicateType" in value and kind is None:
        raise Refused("record.version_unknown", path + "/predicateType")
    predicate = value.get("predicate")
    version = predicate.get("version") if isinstance(predicate, dict) else None
    if is_int(version) and version != 1:
        raise Refused("record.version_unknown", path + "/predicate/version")


def _uses_content(kind):
    return kind in WITH_CONTENT or kind == "countersign/v1"


def _subject(subject, kind, p, path, area):
    """The first subject as in the table; further ones are public artefacts, none in a manifest."""
    if not isinstance(subject, list) or not subject:
        raise malformed(path, area)
    digest = obj({}, {CONTENT_DIGEST: hex64, "sha256": hex64})
    obj({"name": ident, "digest": digest})(subject[0], path + "/0", area)
    _first_subject(subject, kind, p, path, area)
    further = obj({"name": ident, "digest": obj({"sha256": hex64})})
    for position, one in enumerate(subject[1:], 1):
        further(one, f"{path}/{position}", area)


def _first_subject(subject, kind, p, path, area):
    """The first subject is the one of the table in chapter 2."""
    name, digest = subject[0]["name"], subject[0]["digest"]
    algorithm = CONTENT_DIGEST if _uses_content(kind) else "sha256"
    if kind in WITH_CONTENT and kind != RECORD:
        _plan_subject(subject, p, path, area)
        return
    if kind == BUNDLE:
        names, wanted = ("records",), p["records"]["root"]
    elif kind == RECORD:
        names, wanted = ("content",), p["content"]["root"]
    elif kind == "countersign/v1":
        names, wanted = ("content",), None
    elif kind == "attestation/v1":
        names, wanted = ("bundle", "record"), None
    else:
        names, wanted = (document_form.SUBJECTS[kind],), document_form.subject_value(kind, p)
    holds = name in names and list(digest) == [algorithm]
    if not holds or (wanted is not None and digest[algorithm] != wanted):
        raise malformed(path + "/0", area)


def _plan_subject(subject, p, path, area):
    """A plan document: first its content, then the plan (chapter 2)."""
    first = subject[0]
    if first["name"] != "content" or first["digest"] != {CONTENT_DIGEST: p["content"]["root"]}:
        raise malformed(path + "/0", area)
    if len(subject) < 2 or subject[1]["name"] != "plan":
        raise malformed(path + ("/1" if len(subject) > 1 else ""), area)
