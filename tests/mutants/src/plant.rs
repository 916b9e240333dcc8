//! Rewriting the sources.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::Mutant;

/// The switch, a module of the core. With `EXECERT_MUTANTS_SEEN` it notes in that file which numbers are asked for.
const SWITCH: &str = r#"
mod mutant {
    use std::io::Write;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::LazyLock;
    static ON: LazyLock<usize> =
        LazyLock::new(|| std::env::var("EXECERT_MUTANT").ok().and_then(|n| n.parse().ok()).unwrap_or(0));
    static FILE: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("EXECERT_MUTANTS_SEEN").ok());
    static SEEN: [AtomicBool; 10_000] = [const { AtomicBool::new(false) }; 10_000];
    pub(crate) fn on(number: usize) -> bool {
        if FILE.is_some() && !SEEN[number].swap(true, Ordering::Relaxed) {
            if let Some(path) = FILE.as_ref() {
                let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
                file.unwrap().write_all(format!("{number}\n").as_bytes()).unwrap();
            }
        }
        *ON == number
    }
}
"#;

/// Text that goes in at a place of a file.
struct Piece {
    at: usize,
    /// Closing ones go before opening ones, the narrower closes first, the wider opens first.
    closes: bool,
    width: usize,
    text: String,
}

pub(crate) fn plant(list: &[Mutant], skip: &[usize], root: &Path) -> io::Result<()> {
    let mut files: BTreeMap<&Path, Vec<&Mutant>> = BTreeMap::new();
    for mutant in list.iter().filter(|mutant| !skip.contains(&mutant.number)) {
        files.entry(&mutant.file).or_default().push(mutant);
    }
    let mut planted = Vec::new();
    for (path, mutants) in files {
        let text = fs::read_to_string(root.join(path))?;
        let tree = syn::parse_file(&text).map_err(io::Error::other)?;
        let mut file = File {
            lines: starts(&text),
            text: &text,
            mutants: &mutants,
            pieces: Vec::new(),
            done: Vec::new(),
        };
        file.visit_file(&tree);
        file.functions();
        planted.append(&mut file.done);
        let pieces = std::mem::take(&mut file.pieces);
        fs::write(root.join(path), woven(&text, pieces))?;
    }
    planted.sort_unstable();
    planted.dedup();
    let numbers: Vec<String> = planted.iter().map(ToString::to_string).collect();
    fs::write(root.join("planted"), numbers.join("\n"))?;
    let lib = root.join("core/src/lib.rs");
    let text = fs::read_to_string(&lib)? + SWITCH;
    fs::write(lib, text)
}

fn woven(text: &str, mut pieces: Vec<Piece>) -> String {
    let order = |piece: &Piece| {
        (
            piece.at,
            !piece.closes,
            if piece.closes {
                piece.width
            } else {
                usize::MAX - piece.width
            },
        )
    };
    pieces.sort_by_key(order);
    let (mut out, mut at) = (String::new(), 0);
    for piece in pieces {
        out.push_str(&text[at..piece.at]);
        out.push_str(&piece.text);
        at = piece.at;
    }
    out.push_str(&text[at..]);
    out
}

/// Where each line begins.
fn starts(text: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect()
}

struct File<'a> {
    text: &'a str,
    lines: Vec<usize>,
    mutants: &'a [&'a Mutant],
    pieces: Vec<Piece>,
    done: Vec<usize>,
}

fn on(number: usize) -> String {
    format!("crate::mutant::on({number})")
}

impl File<'_> {
    /// Bytes before a place, from line 1 and column 0, in letters.
    fn offset(&self, line: usize, column: usize) -> usize {
        let start = self.lines[line - 1];
        let letters = self.text[start..].char_indices().nth(column);
        start + letters.map_or(self.text.len() - start, |(at, _)| at)
    }

    fn range(&self, spanned: &impl Spanned) -> (usize, usize) {
        let at = |place: LineColumn| self.offset(place.line, place.column);
        (at(spanned.span().start()), at(spanned.span().end()))
    }

    fn of(&self, mutant: &Mutant) -> (usize, usize) {
        let at = |(line, column): (usize, usize)| self.offset(line, column - 1);
        (at(mutant.start), at(mutant.end))
    }

    /// The mutants of a kind that begin here.
    fn at(&self, genre: &str, start: usize) -> Vec<(usize, String)> {
        let here = |mutant: &&&Mutant| mutant.genre == genre && self.of(mutant).0 == start;
        self.mutants
            .iter()
            .filter(here)
            .map(|mutant| (mutant.number, mutant.replacement.clone()))
            .collect()
    }

    /// Of two with one range, the one of the higher rank is outside.
    fn around(&mut self, (start, end): (usize, usize), rank: usize, before: String, after: String) {
        let width = (end - start) * 2 + rank;
        self.pieces.push(Piece {
            at: start,
            closes: false,
            width,
            text: before,
        });
        self.pieces.push(Piece {
            at: end,
            closes: true,
            width,
            text: after,
        });
    }

    /// `(if on(1) { mutated } else { original })`
    fn instead(&mut self, range: (usize, usize), mutated: Vec<(usize, String)>) {
        if mutated.is_empty() {
            return;
        }
        let branch = |(number, text): &(usize, String)| format!("if {} {{ {text} }} else ", on(*number));
        let before: String = mutated.iter().map(branch).collect();
        self.done.extend(mutated.iter().map(|(number, _)| *number));
        self.around(range, 0, format!("({before}{{ "), " })".to_owned());
    }

    fn original(&self, spanned: &impl Spanned) -> &str {
        let (start, end) = self.range(spanned);
        &self.text[start..end]
    }

    /// Function bodies: leave at once with another answer.
    fn functions(&mut self) {
        for mutant in self.mutants {
            if mutant.genre == "FnValue" {
                let (start, end) = self.of(mutant);
                let text = format!("if {} {{ return {}; }} ", on(mutant.number), mutant.replacement);
                self.pieces.push(Piece {
                    at: start,
                    closes: false,
                    width: usize::MAX / 2 + end - start,
                    text,
                });
                self.done.push(mutant.number);
            }
        }
    }
}

/// Whether a condition binds something: it cannot stand in a block.
fn binds(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(both) => binds(&both.left) || binds(&both.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for File<'_> {
    fn visit_expr_binary(&mut self, both: &'ast syn::ExprBinary) {
        visit::visit_expr_binary(self, both);
        if binds(&both.left) || binds(&both.right) {
            return;
        }
        let (left, right) = (self.original(&both.left), self.original(&both.right));
        let mutated: Vec<(usize, String)> = self
            .at("BinaryOperator", self.range(&both.op).0)
            .into_iter()
            .map(|(number, operator)| (number, format!("{left} {operator} {right}")))
            .collect();
        self.instead(self.range(both), mutated);
    }

    fn visit_expr_unary(&mut self, one: &'ast syn::ExprUnary) {
        visit::visit_expr_unary(self, one);
        let range = self.range(one);
        let mutated = self.at("UnaryOperator", range.0).into_iter();
        let text = self.original(&one.expr).to_owned();
        self.instead(range, mutated.map(|(number, _)| (number, text.clone())).collect());
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        visit::visit_arm(self, arm);
        let gone: Vec<usize> = self
            .at("MatchArm", self.range(arm).0)
            .into_iter()
            .map(|(number, _)| number)
            .collect();
        let mut kept: String = gone.iter().map(|number| format!("!{} && ", on(*number))).collect();
        self.done.extend(&gone);
        if let Some((_, guard)) = &arm.guard {
            let range = self.range(guard);
            for (number, word) in self.at("MatchArmGuard", range.0) {
                kept.push_str(&if word == "true" {
                    format!("({} || ", on(number))
                } else {
                    format!("(!{} && ", on(number))
                });
                self.done.push(number);
            }
            let open = kept.matches("(crate").count() + kept.matches("(!crate").count();
            if !kept.is_empty() {
                self.around(range, 1, format!("{kept}("), format!("){}", ")".repeat(open)));
            }
        } else if !kept.is_empty() {
            let (start, end) = self.range(&arm.pat);
            let text = format!(" if {} ", kept.trim_end_matches(" && "));
            self.pieces.push(Piece {
                at: end,
                closes: true,
                width: usize::MAX / 2 + end - start,
                text,
            });
        }
    }

    fn visit_expr_struct(&mut self, made: &'ast syn::ExprStruct) {
        visit::visit_expr_struct(self, made);
        let Some(rest) = &made.rest else { return };
        let rest = self.original(rest).to_owned();
        for field in &made.fields {
            let syn::Member::Named(name) = &field.member else {
                continue;
            };
            let mutated: Vec<(usize, String)> = self
                .at("StructField", self.range(field).0)
                .into_iter()
                .map(|(number, _)| (number, format!("({rest}).{name}")))
                .collect();
            // `Node { codes, .. }` has no place for a condition.
            if field.colon_token.is_some() {
                self.instead(self.range(&field.expr), mutated);
            } else if let Some((number, text)) = mutated.first() {
                let (_, end) = self.range(field);
                let text = format!(": (if {} {{ {text} }} else {{ {name} }})", on(*number));
                self.pieces.push(Piece {
                    at: end,
                    closes: true,
                    width: 1,
                    text,
                });
                self.done.push(*number);
            }
        }
    }

    /// What only tests use is not mutated.
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !module.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) {
            visit::visit_item_mod(self, module);
        }
    }
}
