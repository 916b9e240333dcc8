//! What may be typed.

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes (frozen):
  0  it holds              5  expired                 10  approval needed
  1  altered or forked     6  key revoked             70  internal error
  2  wrong usage           7  unreadable              74  input or output failed
  3  no signer you trust   8  a requirement is missing
  4  incomplete            9  the gate denied it
`execert run` passes on the exit code of the command that it ran.";

/// Certified execution records: what ran, signed and chained, checked offline by anyone.
#[derive(Debug, Parser)]
#[command(name = "execert", version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(crate) color: When,
    /// ASCII marks instead of signs.
    #[arg(long, global = true)]
    pub(crate) plain: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Sarif,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make evidence, check it, change one field, and see the place named
    Demo,
    /// Make a key, a ledger and a policy here
    Init(Init),
    /// Record a command, and gate it if there is a policy
    Run(Run),
    /// Check evidence: offline, against the keys you trust
    Verify(Verify),
    /// Show what a bundle says, without checking it
    Show(Show),
    /// Explain a code: what it means, what it does not, what to do
    Explain {
        /// Such as `content.changed`; a part of it lists all that fit
        code: String,
    },
    /// Compare two bundles record by record
    Diff {
        /// One bundle
        a: String,
        /// The other
        b: String,
    },
    /// Look after a ledger
    #[command(subcommand)]
    Ledger(Ledger),
    /// Make, split and join bundles
    #[command(subcommand)]
    Bundle(Bundle),
    /// Withhold fields or whole records of a bundle; no key is needed
    Redact(Redact),
    /// Put withheld fields back from a fuller bundle
    Reveal(Reveal),
    /// Make and show keys
    #[command(subcommand)]
    Keys(Keys),
    /// Whose signatures you trust
    #[command(subcommand)]
    Trust(Trust),
    /// Answer a request that waits for approval
    Approve(Approve),
    /// Check a policy, or test it against cases
    #[command(subcommand)]
    Policy(Policy),
    /// Look for trouble: this machine, your trust, a ledger
    Doctor {
        /// The ledger to look at
        #[arg(long, env = "EXECERT_LEDGER")]
        ledger: Option<String>,
        /// For machines
        #[arg(long)]
        json: bool,
    },
    /// Write completions for a shell
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write the man page
    Man,
}

/// Where records go and who signs them.
#[derive(Debug, Args)]
pub(crate) struct Where {
    /// The ledger's folder; else the one that `init` made here
    #[arg(long, env = "EXECERT_LEDGER", value_name = "DIR")]
    pub(crate) ledger: Option<String>,
    /// The recorder's key; else the one that `init` made here
    #[arg(long, env = "EXECERT_KEY", value_name = "FILE")]
    pub(crate) key: Option<String>,
    /// Allow a network or FUSE volume, for trying out
    #[arg(long)]
    pub(crate) allow_volume: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The ledger's folder is NAME.ledger
    #[arg(default_value = "acme")]
    pub(crate) name: String,
    /// Write a policy to start from
    #[arg(long, value_enum)]
    pub(crate) example: Option<Example>,
    /// Keep the first MAC key here for an internal auditor
    #[arg(long, value_name = "FILE")]
    pub(crate) auditor: Option<String>,
    /// Allow a network or FUSE volume, for trying out
    #[arg(long)]
    pub(crate) allow_volume: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Example {
    Refunds,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Run {
    #[command(subcommand)]
    pub(crate) action: Option<RunAction>,
    #[command(flatten)]
    pub(crate) place: Where,
    /// The policy that decides whether the command may run
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<String>,
    /// A file that the command reads; may be given again
    #[arg(long = "in", value_name = "FILE")]
    pub(crate) inputs: Vec<String>,
    /// A file that the command writes; may be given again
    #[arg(long = "out", value_name = "FILE")]
    pub(crate) outputs: Vec<String>,
    /// Record plain SHA-256 digests of files over 1 MiB: anyone may then compare them
    #[arg(long)]
    pub(crate) public: bool,
    /// The request whose approval this uses
    #[arg(long, value_name = "DIGEST")]
    pub(crate) approval: Option<String>,
    /// Decide and record, but do not run
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write the run's bundle here when it ends
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output: Option<String>,
    /// The command
    #[arg(last = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunAction {
    /// Open a run that following `execert run` commands join; prints its id for EXECERT_RUN
    Open {
        name: String,
        #[command(flatten)]
        place: Where,
    },
    /// End the run in EXECERT_RUN
    Close {
        /// Write its bundle here
        #[arg(short = 'o', long, value_name = "FILE")]
        output: Option<String>,
        #[command(flatten)]
        place: Where,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Bundles
    #[arg(required = true)]
    pub(crate) files: Vec<String>,
    /// A trust document, a public key (PEM) or a whole fingerprint; may be given again. Replaces your own trust
    #[arg(long, value_name = "FILE|FINGERPRINT")]
    pub(crate) trust: Vec<String>,
    /// What must be there: witness:N sealed timestamp plan no-withheld revocation
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub(crate) require: Vec<String>,
    /// Judge at this time instead of now (2026-03-06T12:00:00.000Z)
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Accept runs and chains that still grow
    #[arg(long)]
    pub(crate) allow_open: bool,
    /// Check the MAC tags too, with the auditor's file
    #[arg(long, value_name = "FILE")]
    pub(crate) auditor: Option<String>,
    /// How to write the reports
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Only the first line
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Timings too
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A bundle
    pub(crate) file: String,
    /// Only this record, whole: SEQ or RUN/SEQ
    #[arg(long, value_name = "PLACE")]
    pub(crate) record: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// List the runs
    List(Where),
    /// Show the last record's place and digest
    Head(Where),
    /// Walk the whole ledger and check every record, content and index
    Check {
        #[command(flatten)]
        place: Where,
        /// Make the tables that can be made from the records anew
        #[arg(long)]
        rebuild: bool,
    },
    /// End the chain: nothing can follow
    Seal(Where),
    /// Delete the content of records, and record that it was done
    Erase {
        #[command(flatten)]
        place: Where,
        /// The records' seq
        #[arg(required = true)]
        records: Vec<u64>,
        /// Why
        #[arg(long)]
        reason: String,
        /// On whose authority
        #[arg(long)]
        authority: String,
    },
    /// Copy a ledger while it is in use
    Backup {
        #[command(flatten)]
        place: Where,
        /// The new folder
        to: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bundle {
    /// Write a bundle from a ledger
    Make {
        /// The ledger's folder
        ledger: String,
        /// The key that signs the manifest
        #[arg(long, env = "EXECERT_KEY", value_name = "FILE")]
        key: Option<String>,
        /// A run, by id or name; may be given again
        #[arg(long, value_name = "ID|NAME", conflicts_with_all = ["thread", "chain"])]
        run: Vec<String>,
        /// All runs of a thread
        #[arg(long, value_name = "T", conflicts_with = "chain")]
        thread: Option<String>,
        /// The whole chain
        #[arg(long)]
        chain: bool,
        /// Where to
        #[arg(short = 'o', long, value_name = "FILE")]
        output: String,
    },
    /// Take some runs of a bundle into one of their own
    Split {
        file: String,
        /// A run, by id; may be given again
        #[arg(long, required = true, value_name = "ID")]
        run: Vec<String>,
        /// The key that signs the new manifest
        #[arg(long, env = "EXECERT_KEY", value_name = "FILE")]
        key: Option<String>,
        #[arg(short = 'o', long, value_name = "FILE")]
        output: String,
    },
    /// Put bundles of runs together
    Join {
        #[arg(required = true)]
        files: Vec<String>,
        /// The key that signs the new manifest
        #[arg(long, env = "EXECERT_KEY", value_name = "FILE")]
        key: Option<String>,
        #[arg(short = 'o', long, value_name = "FILE")]
        output: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Redact {
    pub(crate) file: String,
    /// PLACE:/path, PLACE is SEQ, RUN/SEQ or *; may be given again
    #[arg(long, value_name = "PLACE:/path")]
    pub(crate) hide: Vec<String>,
    /// A whole record, SEQ or RUN/SEQ; may be given again
    #[arg(long, value_name = "PLACE")]
    pub(crate) withhold: Vec<String>,
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output: String,
}

#[derive(Debug, Args)]
pub(crate) struct Reveal {
    pub(crate) file: String,
    /// A fuller bundle with the same records
    #[arg(long, value_name = "FILE")]
    pub(crate) from: String,
    /// PLACE:/path or PLACE; may be given again
    #[arg(long, required = true, value_name = "PLACE:/path")]
    pub(crate) show: Vec<String>,
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key; an existing file is never written over
    New { file: String },
    /// Show the fingerprints of key files, or of your own keys
    List { files: Vec<String> },
    /// Write the public half (PEM)
    Export {
        file: String,
        #[arg(short = 'o', long, value_name = "FILE")]
        output: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Trust {
    /// Trust a signer: the whole fingerprint, or a public key that you compared
    Add {
        /// Fingerprint or file
        key: String,
        /// Your name for it
        #[arg(long = "as", value_name = "NAME")]
        label: String,
        /// record, approver, attestor, revocation, tool, validator or log
        #[arg(long, default_value = "record")]
        role: String,
        /// Who runs it
        #[arg(long)]
        operator: Option<String>,
        /// This signer publishes no revocation list
        #[arg(long)]
        no_revocation: bool,
    },
    /// List whom you trust
    List,
    /// Trust a key no longer: by your name for it, or its fingerprint
    Remove { key: String },
    /// Show the trust document
    Show,
}

#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The digest of the request record; none lists what waits
    pub(crate) request: Option<String>,
    /// The approver's key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<String>,
    /// Refuse instead
    #[arg(long)]
    pub(crate) refuse: bool,
    /// The ledger's folder; else the one that `init` made here
    #[arg(long, env = "EXECERT_LEDGER", value_name = "DIR")]
    pub(crate) ledger: Option<String>,
    /// The recorder's key; else the one that `init` made here
    #[arg(long, env = "EXECERT_KEY", value_name = "FILE")]
    pub(crate) recorder_key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Read a policy and point at rules that can never decide
    Check { file: String },
    /// Run cases against a policy: {"name","tool","arguments","expect","rule" o}, a list or one a line
    Test {
        cases: String,
        #[arg(long, default_value = "policy.json", value_name = "FILE")]
        policy: String,
    },
}
