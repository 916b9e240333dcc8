//! `Code.kt` of the JVM library.

use super::table::Code;

/// The enum, one constant a code.
pub(crate) fn render(codes: &[Code]) -> String {
    let entries: Vec<String> = codes.iter().map(entry).collect();
    let entries = entries.join(",\n");
    format!(
        r#"// Every code of execert. Generated from `core/codes.toml` by `cargo xtask generate`; do not edit.
package dev.execert

/** What the caller has to do about an error. */
public enum class Kind {{
    /** The call or the document is wrong: correct it. */
    INVALID,

    /** Policy, approval, certificate or budget says no: do not run it. */
    DENIED,

    /** The evidence does not hold, or cannot be read: do not rely on it. */
    UNTRUSTED,

    /** Someone else moved first: open again and repeat. */
    CONFLICT,

    /** Store, signer or witness failed: stop, and try later. */
    UNAVAILABLE,

    /** A defect in execert: report it. */
    INTERNAL,
}}

/** Every code. Its text, which `toString` gives, is stable. */
public enum class Code(
    /** `area.reason`. */
    public val text: String,
    /** What the caller has to do. */
    public val kind: Kind,
    /** The number of the code in C and Go. */
    public val number: Int,
    /** The row of a report that an error with this code leads to. */
    public val verdict: String?,
    /** What is so. */
    public val title: String,
    /** What to do next. */
    public val next: String,
    /** What it does not mean. */
    public val notMeant: String,
    /** What can have led to it, the likeliest first. */
    public val causes: List<String>,
) {{
{entries},
    ;

    override fun toString(): String = text

    public companion object {{
        private val ALL: Map<String, Code> = entries.associateBy {{ it.text }}

        /** The code of a text, if there is one. */
        @JvmStatic
        public fun of(text: String): Code? = ALL[text]
    }}
}}
"#
    )
}

fn entry(code: &Code) -> String {
    let verdict = code.verdict.as_deref().map_or_else(|| "null".to_owned(), string);
    let causes: String = code
        .causes
        .iter()
        .map(|cause| format!("            {},\n", string(cause)))
        .collect();
    format!(
        "    {}(\n        {},\n        Kind.{},\n        {},\n        {verdict},\n        {},\n        {},\n        {},\n        listOf(\n{causes}        ),\n    )",
        code.code.replace('.', "_").to_uppercase(),
        string(&code.code),
        code.kind.name().to_uppercase(),
        code.number,
        string(&code.title),
        string(&code.next),
        string(&code.not),
    )
}

/// A literal of Kotlin; the dollar sign would begin a template.
fn string(text: &str) -> String {
    format!("{text:?}").replace('$', "\\$")
}
