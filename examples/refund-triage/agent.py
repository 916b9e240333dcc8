"""An agent that triages refunds: a LangGraph graph with a model, parallel tools, and the gate before each tool.

Nothing here is special to execert but the two lines marked so. The model is a script, so that it runs without a provider.
"""

from __future__ import annotations

from typing import Any

from execert import Recorder
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langchain_execert import Handler, gate
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

DID: list[str] = []
"""What the tools really did, noted by themselves."""


@tool
def crm_lookup(customer: str) -> dict[str, str]:
    """Looks up a customer."""
    DID.append(f"crm_lookup {customer}")
    return {"customer": customer, "tier": "gold", "since": "2019"}


@tool
def order_get(order: str) -> dict[str, Any]:
    """Gets an order."""
    DID.append(f"order_get {order}")
    return {"order": order, "total": 940, "delivered": False}


@tool
def fraud_score(order: str) -> int:
    """Asks the fraud service."""
    DID.append(f"fraud_score {order}: failed")
    raise TimeoutError("the fraud service did not answer")


@tool
def account_delete(customer: str) -> str:
    """Deletes an account."""
    DID.append(f"account_delete {customer}")
    return "deleted"


@tool
def payments_refund(order: str, amount: int) -> str:
    """Pays money back."""
    DID.append(f"payments_refund {order} {amount}")
    return f"refunded {amount}"


TOOLS = [crm_lookup, order_get, fraud_score, account_delete, payments_refund]

SCRIPT: list[list[tuple[str, dict[str, Any]]]] = [
    [("crm_lookup", {"customer": "c-17"}), ("order_get", {"order": "o-9"}), ("fraud_score", {"order": "o-9"})],
    [("payments_refund", {"order": "o-9", "amount": 40}), ("account_delete", {"customer": "c-17"})],
    [("payments_refund", {"order": "o-9", "amount": 900})],
    [("payments_refund", {"order": "o-9", "amount": 900})],
]


class ScriptedModel(BaseChatModel):
    """Plays the script: one line of it for each answer, then a closing sentence."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        step = sum(1 for message in messages if isinstance(message, AIMessage))
        calls = [
            {"name": name, "args": args, "id": f"call-{step}-{number}", "type": "tool_call"}
            for number, (name, args) in enumerate(SCRIPT[step] if step < len(SCRIPT) else [])
        ]
        text = "" if calls else "Order o-9: 40 refunded at once, 900 after the lead approved."
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text, tool_calls=calls))])


def build(recorder: Recorder) -> Any:
    """The graph: model, tools, model, … until the model calls none."""
    model = ScriptedModel()
    graph = StateGraph(MessagesState)
    graph.add_node("model", lambda state: {"messages": [model.invoke(state["messages"])]})
    # execert: the gate stands before each tool; what needs approval pauses the graph.
    graph.add_node("tools", ToolNode(TOOLS, handle_tool_errors=True, **gate(recorder, approvals="interrupt")))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", lambda state: "tools" if state["messages"][-1].tool_calls else END)
    graph.add_edge("tools", "model")
    return graph.compile(checkpointer=InMemorySaver(), name="refund-triage")


def config(recorder: Recorder, thread: str) -> dict[str, Any]:
    """How each run of the graph is called."""
    # execert: the handler observes runs and models.
    return {"callbacks": [Handler(recorder)], "configurable": {"thread_id": thread}}
