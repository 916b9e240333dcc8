//! The codes in `execert.h`.

use super::table::Code;

/// An enum whose numbers never change.
pub(crate) fn render(codes: &[Code]) -> String {
    let mut out = String::from(
        "/* Every code, by number (execert_error_number). Numbers are never used again. */\nenum execert_code {\n",
    );
    for code in codes {
        let name = code.code.replace('.', "_").to_uppercase();
        out.push_str(&format!(
            "  EXECERT_CODE_{name} = {}, /* {}: {} */\n",
            code.number, code.code, code.title
        ));
    }
    out.push_str("};\n");
    out
}
