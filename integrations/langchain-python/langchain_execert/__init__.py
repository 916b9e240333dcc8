"""Certified execution records of LangChain and LangGraph.

`Handler` observes what a run does, `Middleware` and `gate` stand before each tool and can stop it, `resume` answers an
approval that an agent waits for, and `instrument` observes a whole process. What was recorded is checked with `execert`.
"""

from .approvals import resume
from .gate import Middleware, gate
from .handler import Handler, instrument

__all__ = ["Handler", "Middleware", "gate", "instrument", "resume"]
