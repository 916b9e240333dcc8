package execert

import (
	"encoding/json"
	"time"
)

// Gate is what happens when something cannot be recorded or decided.
type Gate string

// The gates: nothing runs, or what runs is told as a gap.
const (
	GateEnforce Gate = "enforce"
	GateObserve Gate = "observe"
)

// Durability is what a record outlives once it is acknowledged: a power failure, the process, or nothing.
type Durability string

// The durabilities; Durable is the default.
const (
	Durable           Durability = "durable"
	DurabilityProcess Durability = "process"
	DurabilityMemory  Durability = "memory"
)

// Tier is a tier of risk.
type Tier string

// The tiers.
const (
	TierLow      Tier = "low"
	TierModerate Tier = "moderate"
	TierHigh     Tier = "high"
	TierCritical Tier = "critical"
)

// Profile is the name of a privacy profile: how much content is kept.
type Profile string

// The profiles; full is the default.
const (
	ProfileFull       Profile = "full"
	ProfileEvidence   Profile = "evidence"
	ProfileCommitOnly Profile = "commit-only"
)

// Options is how a ledger is opened. Gate, Durability, Profile, Keep, Tenant and LogDomain are fixed when it is made.
// Of Key and KeyFile, and of Policy and PolicyFile, one is given at most.
type Options struct {
	// Key signs. Without a key nothing is recorded and nothing runs (key.not_found).
	Key *Key
	// KeyFile is the path of a PEM file that only its owner can read.
	KeyFile string
	// Policy is what may run. Without a policy everything may.
	Policy *Policy
	// PolicyFile is the path of a policy document.
	PolicyFile string
	// Gate is enforce by default where there is a policy, and observe otherwise.
	Gate       Gate
	Durability Durability
	Profile    Profile
	// Keep is the pointers that are kept under ProfileEvidence.
	Keep []string
	// Tenant is whose ledger it is, a pseudonym; by default the stem of the folder.
	Tenant    string
	LogDomain string
	// HeadFile is where the head file lies, if not in the ledger's folder.
	HeadFile string
	// Environment is names of variables of which only the presence is recorded.
	Environment []string
	// RedactNames is further member names whose values are never kept.
	RedactNames []string
	// Tier is that of tools which nothing else describes; moderate by default.
	Tier Tier
	// Deadline is how long a call may wait for the ledger; 30 seconds by default.
	Deadline time.Duration
	// AllowVolume: use a network or FUSE volume, for trying out.
	AllowVolume bool
}

func (o *Options) document() ([]byte, error) {
	asked := document{}
	if o.Key != nil && o.KeyFile != "" {
		return nil, misuse("both Key and KeyFile are given", "/key", "give one of them")
	}
	if o.Policy != nil && o.PolicyFile != "" {
		return nil, misuse("both Policy and PolicyFile are given", "/policy", "give one of them")
	}
	asked.text("key", o.KeyFile)
	asked.text("policy", o.PolicyFile)
	if o.Policy != nil {
		text, err := o.Policy.document()
		if err != nil {
			return nil, err
		}
		asked.json("policy", text)
	}
	asked.text("gate", string(o.Gate))
	asked.text("durability", string(o.Durability))
	asked.text("profile", string(o.Profile))
	asked.texts("keep", o.Keep)
	asked.text("tenant", o.Tenant)
	asked.text("log_domain", o.LogDomain)
	asked.text("head_file", o.HeadFile)
	asked.texts("environment", o.Environment)
	asked.texts("redact_names", o.RedactNames)
	asked.text("tier", string(o.Tier))
	asked.number("deadline_ms", o.Deadline.Milliseconds())
	asked.flag("allow_volume", o.AllowVolume)
	return asked.take()
}

// PolicyVerdict is what a policy says of a call. Of all rules that match the strictest wins.
type PolicyVerdict string

// The verdicts of a policy, from the mildest to the strictest.
const (
	Allow    PolicyVerdict = "allow"
	Approve  PolicyVerdict = "approve"
	Escalate PolicyVerdict = "escalate"
	Deny     PolicyVerdict = "deny"
)

// Policy is built-in rules (policy/1): what may run.
type Policy struct {
	// Default is the verdict where no rule matches.
	Default PolicyVerdict
	Rules   []Rule
	// Approvers are whose approvals count.
	Approvers []Approver
	// Escalation is roles, in order.
	Escalation []string
}

// Rule is a rule of a policy.
type Rule struct {
	// ID names the rule, each once.
	ID string
	// Tool is the name of a tool or model, or a prefix that ends in *.
	Tool string
	// When is tests of the arguments that all have to hold.
	When []Condition
	// Verdict is what the rule says.
	Verdict PolicyVerdict
	// Reason is a word for the refusal; the id by default.
	Reason string
}

// Condition is one test of the arguments of a call.
type Condition struct {
	// Path is a JSON Pointer into the arguments.
	Path string
	// Test is one of == != < <= > >= in exists matches.
	Test string
	// Value is what it is compared with; not used by exists.
	Value any
}

// Approver is a key whose approvals count, by its id, in a role.
type Approver struct {
	Key  string `json:"key"`
	Role string `json:"role"`
}

func (p *Policy) document() ([]byte, error) {
	type rule struct {
		ID      string        `json:"id"`
		Tool    string        `json:"tool"`
		When    [][]any       `json:"when,omitempty"`
		Verdict PolicyVerdict `json:"verdict"`
		Reason  string        `json:"reason,omitempty"`
	}
	written := struct {
		Policy     int           `json:"policy"`
		Default    PolicyVerdict `json:"default"`
		Rules      []rule        `json:"rules"`
		Approvers  []Approver    `json:"approvers,omitempty"`
		Escalation []string      `json:"escalation,omitempty"`
	}{Policy: 1, Default: p.Default, Rules: []rule{}, Approvers: p.Approvers, Escalation: p.Escalation}
	for _, one := range p.Rules {
		tests := make([][]any, 0, len(one.When))
		for _, when := range one.When {
			test := []any{when.Path, when.Test, when.Value}
			if when.Test == "exists" && when.Value == nil {
				test = test[:2]
			}
			tests = append(tests, test)
		}
		written.Rules = append(written.Rules, rule{one.ID, one.Tool, tests, one.Verdict, one.Reason})
	}
	return plainJSON(written, "/policy")
}

// Who is an actor or a principal: Type is agent, human or service, ID a pseudonym.
type Who struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// Link is a relation to another record or document.
type Link struct {
	Rel    string `json:"rel"`
	Digest string `json:"digest"`
	Chain  string `json:"chain,omitempty"`
	Seq    *int64 `json:"seq,omitempty"`
}

// RunOptions is what can be said of a run beyond its name and input.
type RunOptions struct {
	// Thread joins runs of one conversation.
	Thread string
	// Detached: it can be joined by other processes that show its id ([Recorder.Join]).
	Detached bool
	// Mode is live, dry-run or replay; live by default.
	Mode   string
	Params any
	Links  []Link
	// Actor acts, for Principal.
	Actor     *Who
	Principal *Who
	// Names is people and display names: content, so that it can be withheld.
	Names any
	Text  any
	// Trace is a W3C traceparent.
	Trace string
}

func (o *RunOptions) into(asked *document) {
	asked.value("params", o.Params)
	asked.flag("detached", o.Detached)
	asked.text("thread", o.Thread)
	asked.text("mode", o.Mode)
	about(asked, o.Links, o.Actor, o.Principal)
	asked.value("names", o.Names)
	asked.value("text", o.Text)
	asked.text("trace", o.Trace)
}

func about(asked *document, links []Link, actor, principal *Who) {
	if len(links) > 0 {
		asked.value("links", links)
	}
	if actor != nil {
		asked.value("actor", *actor)
	}
	if principal != nil {
		asked.value("principal", *principal)
	}
}

// StepOptions is what can be said of a step beyond its name and input. Approval, Definition and DryRun are for tools
// and permits, Provider is for models.
type StepOptions struct {
	// Approval is the digest of an approved request.
	Approval string
	// Definition is the tool's name, description and parameters.
	Definition any
	// DryRun: the gate is asked, and nothing is called.
	DryRun bool
	// Provider is whose model it is.
	Provider string
	// Kind is the kind of record, by default that of the call.
	Kind string
	// Params is parameters, such as a model's temperature.
	Params any
	// CallID is the framework's or provider's id of this call.
	CallID string
	// Step is the UUID of the step, for another attempt at it.
	Step    string
	Attempt int
	Tier    Tier
	Links   []Link
	// Actor acts, for Principal.
	Actor     *Who
	Principal *Who
	// Names is people and display names: content, so that it can be withheld.
	Names any
	// Text is free text, reasons.
	Text any
	// RequestID makes it idempotent: the same id again answers with the first record.
	RequestID string
}

func (o *StepOptions) into(asked *document, name string) {
	asked.text("approval", o.Approval)
	asked.value("definition", o.Definition)
	asked.flag("dry_run", o.DryRun)
	if o.Provider != "" {
		asked.value("model", map[string]string{"provider": o.Provider, "requested": name})
	}
	asked.text("kind", o.Kind)
	asked.value("params", o.Params)
	asked.text("call_id", o.CallID)
	asked.text("step", o.Step)
	asked.number("attempt", int64(o.Attempt))
	asked.text("tier", string(o.Tier))
	about(asked, o.Links, o.Actor, o.Principal)
	asked.value("names", o.Names)
	asked.value("text", o.Text)
	asked.text("request_id", o.RequestID)
}

// input is the input of a run or step, with the list of what was converted in it.
func (d *document) input(input any) {
	if input == nil {
		return
	}
	if text, is := input.(snapshot); is {
		d.json("input", text)
		return
	}
	d.value("input", input)
	if given, is := input.(PlainValue); is && len(given.Conversions) > 0 {
		d.conversions(given.below("/input"))
		d.flag("live_arguments", true)
	}
}

// output is what came of a call: it did happen, so that it is converted where it is not plain JSON.
func (d *document) output(name string, output any) {
	if output == nil {
		return
	}
	told := Plain(output)
	d.json(name, told.JSON)
	d.conversions(told.below("/" + name))
}

func (d *document) conversions(list []Conversion) {
	if len(list) == 0 {
		return
	}
	pairs := make([][2]string, len(list))
	for i, one := range list {
		pairs[i] = [2]string{one.Pointer, one.Word}
	}
	text, err := json.Marshal(pairs)
	if err != nil {
		d.fail(err)
		return
	}
	d.json("conversions", text)
}
