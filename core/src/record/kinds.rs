//! The closed lists of a record: kind, phase, mode, capture, status, failure and the words inside its members.

use crate::words::words;

words! {
    /// What a record tells of (docs/spec/03-record.md).
    Kind {
        /// A call of a model.
        ModelCall = "model.call",
        /// A call of a tool.
        ToolCall = "tool.call",
        /// A search in a store of documents.
        Retrieval = "retrieval",
        /// An embedding.
        Embedding = "embedding",
        /// A call of another agent.
        AgentCall = "agent.call",
        /// A node of a workflow.
        WorkflowNode = "workflow.node",
        /// An HTTP request.
        Http = "http",
        /// A piece of code.
        Code = "code",
        /// Something a person typed or chose.
        HumanInput = "human.input",
        /// Record 0: the keys and the rules of the chain.
        ChainOpen = "chain.open",
        /// The last record of a chain.
        ChainSeal = "chain.seal",
        /// The end of an epoch: numbers, tree root and the next MAC commitment.
        Heartbeat = "heartbeat",
        /// A new record or log key.
        KeyAdd = "key.add",
        /// A key that signs nothing any more.
        KeyRetire = "key.retire",
        /// A key that is not to be believed after a seq.
        KeyRevoke = "key.revoke",
        /// The first record of a run.
        RunStart = "run.start",
        /// The last record of a run, with its totals.
        RunEnd = "run.end",
        /// Something that happened to a plan.
        Plan = "plan",
        /// A decision without a step.
        Decision = "decision",
        /// A question to an approver.
        ApprovalRequest = "approval.request",
        /// The answer of an approver.
        Approval = "approval",
        /// A request moved to the next role.
        Escalation = "escalation",
        /// A named event.
        Note = "note",
        /// Records that were lost.
        Gap = "gap",
        /// The clock was set.
        ClockStep = "clock.step",
        /// Content that was erased.
        Erasure = "erasure",
        /// A reference to another ledger.
        Link = "link",
    }
}

impl Kind {
    /// A step kind: has `run`, `step` and `name`, no body, and may be an intent with its outcome.
    #[must_use]
    pub const fn is_step(self) -> bool {
        matches!(
            self,
            Kind::ModelCall
                | Kind::ToolCall
                | Kind::Retrieval
                | Kind::Embedding
                | Kind::AgentCall
                | Kind::WorkflowNode
                | Kind::Http
                | Kind::Code
                | Kind::HumanInput
        )
    }

    /// Kinds of the chain itself, which never stand in a run.
    #[must_use]
    pub const fn is_chain_only(self) -> bool {
        matches!(
            self,
            Kind::ChainOpen
                | Kind::ChainSeal
                | Kind::Heartbeat
                | Kind::KeyAdd
                | Kind::KeyRetire
                | Kind::KeyRevoke
                | Kind::Erasure
                | Kind::ClockStep
        )
    }

    /// Kinds that always stand in a run.
    #[must_use]
    pub const fn needs_run(self) -> bool {
        self.is_step() || matches!(self, Kind::RunStart | Kind::RunEnd)
    }

    /// Kinds with a `body`; on all others it is refused.
    #[must_use]
    pub const fn has_body(self) -> bool {
        !self.is_step() && !matches!(self, Kind::Decision | Kind::Link)
    }
}

words! {
    /// The part of an act that a record tells (docs/spec/03-record.md).
    Phase {
        /// Before the act; durable before it begins.
        Intent = "intent",
        /// After the act, linked to its intent.
        Outcome = "outcome",
        /// The whole of it.
        Single = "single",
    }
}

words! {
    /// How a run was meant.
    Mode {
        /// For real.
        Live = "live",
        /// Decisions only, nothing acts.
        DryRun = "dry-run",
        /// Fed from an earlier run.
        Replay = "replay",
    }
}

words! {
    /// How close the recorder was to the act.
    Capture {
        /// Our code could have stopped it.
        Enforced = "enforced",
        /// Our code saw it.
        Observed = "observed",
        /// Somebody told us.
        Reported = "reported",
    }
}

words! {
    /// How it ended (docs/spec/03-record.md).
    Status {
        /// It returned.
        Ok = "ok",
        /// It failed; `failure` has the class.
        Failed = "failed",
        /// It was stopped before it ended.
        Cancelled = "cancelled",
        /// Nobody knows, as after a crash.
        Unknown = "unknown",
        /// It was refused and did not run.
        Blocked = "blocked",
        /// A dry run: it was allowed and did not run.
        NotRun = "not_run",
        /// A run that ended before its work did.
        Incomplete = "incomplete",
    }
}

words! {
    /// Classes of failure (docs/spec/03-record.md).
    Failure {
        /// A credential ran out.
        AuthExpired = "auth.expired",
        /// A credential was refused.
        AuthDenied = "auth.denied",
        /// Too many calls.
        RateLimited = "rate_limited",
        /// No answer in time.
        Timeout = "timeout",
        /// No connection.
        Network = "network",
        /// The other side failed.
        UpstreamError = "upstream.error",
        /// The other side answers in another shape.
        UpstreamSchemaChanged = "upstream.schema_changed",
        /// The input does not fit.
        InputInvalid = "input.invalid",
        /// The output does not fit.
        OutputInvalid = "output.invalid",
        /// The policy refused.
        PolicyDenied = "policy.denied",
        /// The budget does not reach.
        BudgetInsufficient = "budget.insufficient",
        /// An approver refused.
        ApprovalDenied = "approval.denied",
        /// The model refused.
        ModelRefusal = "model.refusal",
        /// The model's answer cannot be used.
        ModelInvalidOutput = "model.invalid_output",
        /// The tool failed.
        ToolError = "tool.error",
        /// Stopped before the end.
        Cancelled = "cancelled",
        /// Begun and never ended.
        Abandoned = "abandoned",
        /// Our own code failed.
        Internal = "internal",
        /// No class fits.
        Unknown = "unknown",
    }
}

words! {
    /// Who acts.
    PartyType {
        /// An AI agent.
        Agent = "agent",
        /// A person.
        Human = "human",
        /// A program.
        Service = "service",
    }
}

words! {
    /// What a place in the content rests on (docs/spec/04-content.md).
    Source {
        /// Our gate saw it.
        Observed = "observed",
        /// Its value is countersigned by a tool.
        Countersigned = "countersigned",
        /// Somebody said so.
        Claimed = "claimed",
    }
}

words! {
    /// What a key of a chain signs.
    KeyRole {
        /// Records and manifests.
        Record = "record",
        /// Checkpoints.
        Log = "log",
    }
}

words! {
    /// What the recorder of a chain does with acts.
    GateMode {
        /// It watches.
        Observe = "observe",
        /// It can refuse.
        Enforce = "enforce",
    }
}

words! {
    /// When a record counts as kept.
    Durability {
        /// After a crash of the machine.
        Durable = "durable",
        /// After a crash of the process.
        Process = "process",
        /// While the process lives.
        Memory = "memory",
    }
}

words! {
    /// Whether a chain has to be witnessed.
    WitnessNeed {
        /// It has to.
        Required = "required",
        /// It may.
        Optional = "optional",
    }
}

words! {
    /// What happened to a plan.
    PlanEvent {
        /// A certificate was made.
        Certified = "certified",
        /// A refusal was made.
        Refused = "refused",
        /// A certificate was revoked.
        Revoked = "revoked",
        /// A certificate from elsewhere was taken in.
        Imported = "imported",
    }
}

words! {
    /// The answer to an approval request.
    ApprovalVerdict {
        /// Go on.
        Approved = "approved",
        /// Do not.
        Refused = "refused",
        /// Somebody else may decide.
        Delegated = "delegated",
    }
}
