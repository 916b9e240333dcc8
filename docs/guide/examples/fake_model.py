"""A model that asks for two refunds, so that the page runs without a provider."""

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool

CALLS = [
    {"name": "payments.refund", "args": {"order": "o-9", "amount": amount}, "id": f"call-{amount}", "type": "tool_call"}
    for amount in (40, 900)
]


@tool("payments.refund")
def refund(order: str, amount: int) -> str:
    """Pays money back."""
    return f"refunded {amount}"


class Fake(BaseChatModel):
    _llm_type = "fake"

    def bind_tools(self, tools, **_):
        return self

    def _generate(self, messages, *_, **__):
        answered = any(isinstance(message, AIMessage) for message in messages)
        answer = AIMessage("done") if answered else AIMessage("", tool_calls=CALLS)
        return ChatResult(generations=[ChatGeneration(message=answer)])


model = Fake()
