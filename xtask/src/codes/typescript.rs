//! `bindings-node/ts/codes.ts`.

use super::table::Code;

/// The TypeScript module.
pub(crate) fn render(codes: &[Code]) -> String {
    let names: String = codes.iter().map(|code| format!("  | {:?}\n", code.code)).collect();
    let entries: String = codes.iter().map(entry).collect();
    format!(
        r#"// Every code of execert. Generated from `core/codes.toml` by `cargo xtask generate`; do not edit.

/** Every code: `area.reason`. */
export type Code =
{names};

/** What a code says. */
export interface Entry {{
  /** What the caller has to do. */
  readonly kind: "Invalid" | "Denied" | "Untrusted" | "Conflict" | "Unavailable" | "Internal";
  /** The number of the code in C and Go. */
  readonly number: number;
  /** The row of a report that an error with this code leads to. */
  readonly verdict: string | null;
  /** Whether it is met in reports only, as a warning. */
  readonly reportOnly: boolean;
  /** What is so. */
  readonly title: string;
  /** What can have led to it, the likeliest first. */
  readonly causes: readonly string[];
  /** What to do next. */
  readonly next: string;
  /** What it does not mean. */
  readonly notMeant: string;
  /** The first release that has it. */
  readonly since: string;
}}

/** The table of codes. */
export const CODES: Readonly<Record<Code, Entry>> = {{
{entries}}};
"#
    )
    .replace("\n;\n", ";\n")
}

fn entry(code: &Code) -> String {
    let verdict = code
        .verdict
        .as_ref()
        .map_or_else(|| "null".to_owned(), |text| format!("{text:?}"));
    let causes: String = code.causes.iter().map(|cause| format!("      {cause:?},\n")).collect();
    format!(
        "  {:?}: {{\n    kind: {:?},\n    number: {},\n    verdict: {verdict},\n    reportOnly: {},\n    title: {:?},\n    causes: [\n{causes}    ],\n    next: {:?},\n    notMeant: {:?},\n    since: {:?},\n  }},\n",
        code.code,
        code.kind.name(),
        code.number,
        code.report_only,
        code.title,
        code.next,
        code.not,
        code.since
    )
}
