//! What an event tells.
#![expect(unreachable_pub, reason = "the macro writes public lists; this one stays here")]

use crate::words::words;

words! {
    /// What an event tells.
    What {
        /// A run begins.
        RunStart = "run-start",
        /// A run ends.
        RunEnd = "run-end",
        /// A run fails, or is broken off.
        RunError = "run-error",
        /// A node of a graph begins.
        NodeStart = "node-start",
        /// A node ends.
        NodeEnd = "node-end",
        /// A node fails, or is broken off.
        NodeError = "node-error",
        /// A model is called.
        ModelStart = "model-start",
        /// A model has answered.
        ModelEnd = "model-end",
        /// A model call fails, or is broken off.
        ModelError = "model-error",
        /// A tool begins.
        ToolStart = "tool-start",
        /// A tool has returned.
        ToolEnd = "tool-end",
        /// A tool fails, or is broken off.
        ToolError = "tool-error",
        /// A query; with a status, its answer.
        Retrieval = "retrieval",
        /// The run pauses for people.
        Interrupt = "interrupt",
        /// The run goes on.
        Resume = "resume",
        /// A tool's answer in the conversation.
        Message = "message",
        /// The observer could not hand over some events.
        Lost = "lost",
    }
}
