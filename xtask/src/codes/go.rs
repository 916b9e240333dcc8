//! `bindings-go/codes.go`.

use super::table::Code;

/// The Go file, as gofmt leaves it.
pub(crate) fn render(codes: &[Code]) -> String {
    let names: String = codes.iter().map(name).collect();
    let entries: String = codes.iter().map(entry).collect();
    format!(
        r#"// Code generated from core/codes.toml by `cargo xtask generate`; DO NOT EDIT.

package execert

// Code is a stable code: area.reason. Codes are errors themselves, for [errors.Is].
type Code string

// CodeInfo is what the table says of a code.
type CodeInfo struct {{
	// Kind is what the caller has to do.
	Kind Kind
	// Number is the number of the code in C.
	Number int
	// Verdict is the row of a report that an error with this code leads to; empty if it leads to none.
	Verdict Verdict
	// ReportOnly: it is met in reports only, as a warning.
	ReportOnly bool
	// Title is what is so.
	Title string
	// Causes are what can have led to it, the likeliest first.
	Causes []string
	// Next is what to do next.
	Next string
	// NotMeant is what it does not mean.
	NotMeant string
	// Since is the first release that has it.
	Since string
}}

// Every code.
const (
{names})

var codes = map[Code]CodeInfo{{
{entries}}}
"#
    )
}

fn name(code: &Code) -> String {
    let camel = code.camel();
    format!(
        "\t// Code{camel}: {}.\n\tCode{camel} Code = {:?}\n",
        code.title, code.code
    )
}

fn entry(code: &Code) -> String {
    let mut first = vec![
        ("Kind", format!("Err{}", code.kind.name())),
        ("Number", code.number.to_string()),
    ];
    if let Some(verdict) = &code.verdict {
        first.push(("Verdict", format!("{verdict:?}")));
    }
    if code.report_only {
        first.push(("ReportOnly", "true".to_owned()));
    }
    first.push(("Title", format!("{:?}", code.title)));
    let causes: String = code.causes.iter().map(|cause| format!("\t\t\t{cause:?},\n")).collect();
    let last = [
        ("Next", format!("{:?}", code.next)),
        ("NotMeant", format!("{:?}", code.not)),
        ("Since", format!("{:?}", code.since)),
    ];
    format!(
        "\tCode{}: {{\n{}\t\tCauses: []string{{\n{causes}\t\t}},\n{}\t}},\n",
        code.camel(),
        aligned(&first),
        aligned(&last)
    )
}

/// Members one below the other: gofmt puts what they are in one column.
fn aligned(members: &[(&str, String)]) -> String {
    let width = members.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let line = |(name, value): &(&str, String)| {
        let space = " ".repeat(width.saturating_sub(name.len()).saturating_add(1));
        format!("\t\t{name}:{space}{value},\n")
    };
    members.iter().map(line).collect()
}
