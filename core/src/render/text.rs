//! A report as text: the verdict, where it differs, what each axis found, what is shown and what is not.

use super::clean::{Sink, clean};
use super::words;
use crate::canon::Value;
use crate::codes::Code;
use crate::digest::{hex, unb64};
use crate::key::KeyId;

/// How the headline may be coloured; the body never is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tone {
    /// Everything holds, witnessed by someone else.
    Good,
    /// It holds, or could not be finished, and there is something to know.
    Caution,
    /// It does not hold.
    Bad,
    /// It depends on whom the reader trusts.
    Note,
    /// Nothing was checked.
    Unknown,
}

/// What the report is about, in the reader's words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// The file's name.
    pub name: &'a str,
    /// The name of the trust that was used.
    pub trust: &'a str,
    /// ASCII marks instead of signs.
    pub plain: bool,
}

/// A report as text, its headline apart so that only this is coloured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// How the headline may be coloured.
    pub tone: Tone,
    /// Icon and verdict in words; no line end.
    pub headline: String,
    /// The lines below it.
    pub body: Vec<String>,
    /// The next step, if there is one.
    pub hint: Option<String>,
}

impl Rendered {
    /// All of it without colour, each line ended by LF.
    pub fn plain_text(&self) -> String {
        let mut out = format!("{}\n", self.headline);
        for line in &self.body {
            out.push_str(line);
            out.push('\n');
        }
        if let Some(hint) = &self.hint {
            out.push_str(&format!("\nhint: {hint}\n"));
        }
        out
    }
}

/// The most findings listed; the JSON report has more.
const LISTED: usize = 12;

/// Renders a report/v1 document.
pub fn text(report: &Value, subject: &Subject<'_>) -> Rendered {
    let page = Page { report };
    let verdict = page.text("/verdict");
    let (icon, ascii, tone, headline) = words::headline(verdict);
    let mut headline = format!("{} {headline}", if subject.plain { ascii } else { icon });
    let warnings = page.warnings();
    if verdict == "intact-warnings" {
        headline.push_str(&format!(", with {} to know", count(warnings, "thing", "things")));
    }
    if !subject.name.is_empty() {
        let pad = 60usize.saturating_sub(headline.chars().count()).max(2);
        headline.push_str(&" ".repeat(pad));
        headline.push_str(&clean(subject.name, Sink::Terminal, 200));
    }
    let mut body = Vec::new();
    page.findings(&mut body);
    if verdict != "unreadable" {
        page.axes(&mut body);
    }
    page.limits(&mut body);
    body.push(page.checked_by(subject));
    let hint = words::next_step(verdict);
    Rendered {
        tone,
        headline,
        body,
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
    }
}

fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `label` in a column of twelve.
fn line(label: &str, text: &str) -> String {
    format!("  {label:<11} {text}")
}

/// The first letters of a digest, in groups of four.
fn short(text: &str) -> String {
    let digits = match unb64(text) {
        Some(bytes) if bytes.len() == 32 => hex(&bytes),
        _ => text.trim_start_matches("sha256:").to_owned(),
    };
    let groups: Vec<String> = digits
        .chars()
        .take(12)
        .collect::<Vec<char>>()
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    if digits.chars().count() > 12 {
        format!("{} …", groups.join(" "))
    } else {
        clean(text, Sink::Terminal, 40)
    }
}

struct Page<'a> {
    report: &'a Value,
}

impl<'a> Page<'a> {
    fn text(&self, pointer: &str) -> &'a str {
        self.report.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, pointer: &str) -> u64 {
        self.report.pointer(pointer).and_then(Value::as_int).unwrap_or_default()
    }

    fn list(&self, pointer: &str) -> &'a [Value] {
        self.report
            .pointer(pointer)
            .and_then(Value::as_array)
            .unwrap_or_default()
    }

    fn axis(&self, name: &str) -> &'a str {
        self.report
            .get("axes")
            .and_then(|axes| axes.get(name))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn warnings(&self) -> u64 {
        let mut codes: Vec<&str> = self
            .list("/findings")
            .iter()
            .filter(|f| f.get("severity").and_then(Value::as_str) == Some("warning"))
            .filter_map(|f| f.get("code")?.as_str())
            .collect();
        codes.sort_unstable();
        codes.dedup();
        u64::try_from(codes.len()).unwrap_or(u64::MAX)
    }

    /// How many findings of a code and severity the report does not list; of all with an empty code.
    fn unlisted(&self, code: &str, severity: &str) -> u64 {
        let text = |left: &'a Value, name: &str| left.get(name).and_then(Value::as_str);
        self.list("/unlisted")
            .iter()
            .filter(|left| {
                code.is_empty() || (text(left, "code"), text(left, "severity")) == (Some(code), Some(severity))
            })
            .filter_map(|left| left.get("count")?.as_int())
            .fold(0, u64::saturating_add)
    }

    /// Where it differs, in words first; the code after.
    fn findings(&self, body: &mut Vec<String>) {
        let findings = self.list("/findings");
        // One line for each code and place; a code that stands at many records is said once with their number.
        let mut listed = 0;
        let mut last = "";
        for (at, finding) in findings.iter().enumerate() {
            let text = |name: &str| -> Option<&'a str> { finding.get(name).and_then(Value::as_str) };
            let code = text("code").unwrap_or_default();
            let warning = text("severity") == Some("warning");
            let again = findings
                .iter()
                .skip(at)
                .filter(|f| f.get("code").and_then(Value::as_str) == Some(code))
                .count();
            let again = u64::try_from(again).unwrap_or(u64::MAX);
            let again = again.saturating_add(self.unlisted(code, "warning"));
            if warning && code == last {
                continue;
            }
            last = code;
            listed = usize::saturating_add(listed, 1);
            if listed > LISTED {
                let rest = u64::try_from(findings.len().saturating_sub(at)).unwrap_or(u64::MAX);
                let (more, lists) = match self.unlisted("", "") {
                    0 => (rest, "all"),
                    left => (rest.saturating_add(left), "the first of each code"),
                };
                body.push(line("", &format!("and {more} more; `--format json` lists {lists}")));
                return;
            }
            let label = match finding.get("record").and_then(Value::as_int) {
                _ if warning => "to know".to_owned(),
                Some(seq) => format!("record {seq}"),
                None => match finding.get("line").and_then(Value::as_int) {
                    Some(number) => format!("line {number}"),
                    None => "finding".to_owned(),
                },
            };
            let title = Code::parse(code).map_or(code, |known| known.title());
            let mut what = match text("path") {
                Some(path) if code == "content.changed" => {
                    format!("`{}` is not what was sealed", clean(path, Sink::Terminal, 200))
                }
                Some(path) => format!("`{}`: {title}", clean(path, Sink::Terminal, 200)),
                None => title.to_owned(),
            };
            if warning && again > 1 {
                what.push_str(&format!(" ({again} times)"));
            }
            body.push(line(&label, &what));
            let mut detail = code.to_owned();
            if let Some(sealed) = text("sealed") {
                detail.push_str(&format!("   sealed {}", short(sealed)));
            }
            if let Some(found) = text("found") {
                detail.push_str(&format!("   this copy {}", short(found)));
            }
            body.push(line("", &detail));
        }
        // Few findings with long paths may leave others out too.
        for left in self.list("/unlisted") {
            let text = |name: &str| left.get(name).and_then(Value::as_str).unwrap_or_default();
            if text("severity") == "error" {
                let more = self.unlisted(text("code"), "error");
                body.push(line(
                    "",
                    &format!("and {more} more of {}, which no report lists", text("code")),
                ));
            }
        }
    }

    fn axes(&self, body: &mut Vec<String>) {
        for signer in self.list("/signers") {
            let text = |name: &str| signer.get(name).and_then(Value::as_str).unwrap_or_default();
            let fingerprint = KeyId::parse(text("keyid")).map_or_else(String::new, |id| id.fingerprint());
            let label = match (text("label"), signer.get("trusted").and_then(Value::as_bool)) {
                ("", Some(true)) => "a key you trust".to_owned(),
                ("", _) => "a key you have not said you trust".to_owned(),
                (label, _) => format!("{} (your label)", clean(label, Sink::Terminal, 60)),
            };
            let role = match text("role") {
                "" | "record" => String::new(),
                role => format!(", {}", clean(role, Sink::Terminal, 20)),
            };
            let (first, second) = fingerprint.split_at_checked(39).unwrap_or((&fingerprint, ""));
            body.push(line("signer", &format!("{label}{role}")));
            body.push(line("", first.trim()));
            body.push(line("", second.trim()));
        }
        let records = self.number("/subject/records");
        let order = match self.axis("order") {
            "pass" => "order unbroken",
            "warn" => "order unbroken, with something to know",
            "fail" => "order does not hold",
            _ => "order not checked",
        };
        body.push(line(
            "records",
            &format!("{}, {order}", count(records, "record", "records")),
        ));
        self.completeness(body);
        let content = match self.axis("content") {
            "pass" => "matches what was sealed",
            "warn" => "what is here matches what was sealed; some is not here",
            "fail" => "differs from what was sealed",
            other => words::axis(other),
        };
        let mut detail = format!(
            "{content}; {} of {} withheld",
            self.number("/disclosure/withheld"),
            count(self.number("/disclosure/fields"), "field", "fields")
        );
        match self.number("/disclosure/erased") {
            0 => {}
            n => detail.push_str(&format!(", content of {} erased", count(n, "record", "records"))),
        }
        match self.number("/disclosure/recordsWithheld") {
            0 => {}
            n => detail.push_str(&format!(", {} withheld whole", count(n, "record", "records"))),
        }
        body.push(line("content", &detail));
        let signatures = match (self.axis("signatures"), self.text("/verdict")) {
            ("pass", "altered") => "fit the original, not this copy",
            ("pass", _) => "each fits its record",
            ("fail", _) => "do not all fit",
            (state, _) => words::axis(state),
        };
        body.push(line("signatures", signatures));
        self.witnesses(body);
        self.times(body);
        let revocation = match self.axis("revocation") {
            "n/a" => "not applicable: this signer publishes no list".to_owned(),
            "not_checked" => "not checked: no list was given".to_owned(),
            "pass" => match self.report.pointer("/trust/revocationAgeS").and_then(Value::as_int) {
                Some(age) => format!("the list names nothing here; it is {} old", days(age)),
                None => "nothing here is named".to_owned(),
            },
            other => words::axis(other).to_owned(),
        };
        body.push(line("revocation", &revocation));
        let plan = match self.axis("plan") {
            "n/a" => "no plan certificate is named",
            other => words::axis(other),
        };
        body.push(line("plan", plan));
        body.push(line("replay", words::axis(self.axis("replay"))));
    }

    fn completeness(&self, body: &mut Vec<String>) {
        for part in self.list("/completeness") {
            let text = |name: &str| part.get(name).and_then(Value::as_str);
            let number = |name: &str| part.get(name).and_then(Value::as_int);
            let last = number("last").map_or_else(String::new, |last| format!("records 0 to {last}"));
            let what = match (text("run"), text("state").unwrap_or_default()) {
                (Some(run), "closed") => format!("run {run} closed, complete ({last} of the run)"),
                (Some(run), _) => format!("run {run} open: later records may exist ({last} of the run)"),
                (None, "sealed") => format!("chain {} sealed: nothing follows", text("chain").unwrap_or_default()),
                (None, "witnessed") => {
                    let through = number("through").unwrap_or_default();
                    format!(
                        "chain {} witnessed through {through}",
                        text("chain").unwrap_or_default()
                    )
                }
                (None, _) => {
                    format!(
                        "chain {} is not sealed: later records may exist",
                        text("chain").unwrap_or_default()
                    )
                }
            };
            body.push(line("complete", &what));
        }
    }

    fn witnesses(&self, body: &mut Vec<String>) {
        let state = self.axis("witness");
        let named = |wanted: &str| -> Vec<String> {
            self.list("/witnesses")
                .iter()
                .filter(|w| w.get("state").and_then(Value::as_str) == Some(wanted))
                .filter_map(|w| w.get("label")?.as_str())
                .map(|label| clean(label, Sink::Terminal, 40))
                .collect()
        };
        let (same, other) = (named("same"), named("other"));
        if !same.is_empty() {
            let content = if self.text("/verdict") == "altered" {
                "the original, not this copy"
            } else {
                "the same content"
            };
            body.push(line("witness", &format!("{} countersigned {content}", same.join(", "))));
        }
        if !other.is_empty() {
            body.push(line(
                "witness",
                &format!("{} countersigned something else", other.join(", ")),
            ));
        }
        if same.is_empty() && other.is_empty() {
            let text = match state {
                "absent" => {
                    "none. No independent party has countersigned this: the signer could have\n              rewritten the whole history before sending it"
                }
                other => words::axis(other),
            };
            body.push(line("witness", text));
        }
    }

    fn times(&self, body: &mut Vec<String>) {
        let times = self.list("/times");
        if times.is_empty() {
            body.push(line("time", "nothing but the signer's clock says when (claimed)"));
        }
        for time in times {
            let text = |name: &str| time.get(name).and_then(Value::as_str).unwrap_or_default();
            let at = text("at").get(..16).unwrap_or_default().replace('T', " ");
            body.push(line("time", &format!("there by {at} UTC ({})", text("by"))));
        }
    }

    fn limits(&self, body: &mut Vec<String>) {
        let records = self.number("/subject/records");
        let ids = |pointer: &str| self.list(pointer).iter().filter_map(Value::as_str);
        let shows: Vec<String> = ids("/shows").map(|id| words::shows(id, records)).collect();
        for (at, part) in shows.iter().enumerate() {
            body.push(line(if at == 0 { "shows" } else { "" }, part));
        }
        let not_shown: Vec<&str> = ids("/not_shown").map(words::not_shown).collect();
        for (at, part) in not_shown.chunks(3).enumerate() {
            body.push(line(if at == 0 { "not shown" } else { "" }, &part.join(" · ")));
        }
    }

    fn checked_by(&self, subject: &Subject<'_>) -> String {
        let formats: Vec<String> = self
            .list("/verifier/formats")
            .iter()
            .filter_map(Value::as_str)
            .map(|name| clean(name, Sink::Terminal, 40))
            .collect();
        let trust = if subject.trust.is_empty() {
            "none given"
        } else {
            subject.trust
        };
        line(
            "checked by",
            &format!(
                "{} {}, formats {}; trust {} (sha256 {})",
                self.text("/verifier/name"),
                self.text("/verifier/version"),
                formats.join(", "),
                clean(trust, Sink::Terminal, 80),
                short(self.text("/trust/digest")),
            ),
        )
    }
}

fn days(seconds: u64) -> String {
    match seconds / 86_400 {
        0 => count(seconds / 3_600, "hour", "hours"),
        n => count(n, "day", "days"),
    }
}
