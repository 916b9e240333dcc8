"""Certified execution records of LangChain and LangGraph: `Handler` and `instrument` observe, `Middleware` and `gate`
stand before each tool and can stop it, `resume` answers what an agent waits for. What was recorded `execert` checks."""

from .approvals import resume
from .gate import Middleware, gate
from .handler import Handler, instrument

__all__ = ["Handler", "Middleware", "gate", "instrument", "resume"]
