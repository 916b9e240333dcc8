//! Conditions of a rule: `[pointer, operator, value]` over the arguments of a call.

use regex::{Regex, RegexBuilder};

use crate::canon::Value;
use crate::canon::fields::{Codes, Node};
use crate::codes::Code;
use crate::error::Result;

/// One condition.
#[derive(Clone, Debug)]
pub(super) struct When {
    pointer: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Equal(Value),
    NotEqual(Value),
    Less(f64),
    LessOrEqual(f64),
    Greater(f64),
    GreaterOrEqual(f64),
    In(Vec<Value>),
    Exists(bool),
    Matches(Regex),
}

/// What a condition says about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Yes,
    No,
    /// The pointer is absent, or its value of another type than the condition's.
    Unknown,
}

/// Everything wrong in a policy has this code.
pub(super) const CODES: Codes = Codes::one(Code::PolicyMalformed);
/// A compiled pattern may take this many bytes.
const PATTERN_BYTES: usize = 1 << 20;

impl When {
    /// Reads `["/amount", "<=", 500]`; `exists` may go without a value, which is then `true`.
    pub(super) fn read(node: Node<'_>) -> Result<When> {
        let items = node.value().as_array().unwrap_or_default();
        let (length, plain) = (items.len(), items.get(1).and_then(Value::as_str) == Some("exists"));
        if length != 3 && !(length == 2 && plain) {
            return Err(node.fail("a condition is a list of a JSON Pointer, an operator and a value"));
        }
        let mut parts = node.list(|item| Ok((item.value().clone(), item.path())))?.into_iter();
        let mut next = || parts.next().unwrap_or_default();
        let (pointer, pointer_path) = next();
        let (operator, operator_path) = next();
        let (value, value_path) = next();
        let pointer = Node::root(&pointer, &pointer_path, CODES).pointer()?;
        let word = Node::root(&operator, &operator_path, CODES);
        let constant = Node::root(&value, &value_path, CODES);
        let test = match word.text()? {
            "==" => Test::Equal(value.clone()),
            "!=" => Test::NotEqual(value.clone()),
            "<" => Test::Less(number(constant)?),
            "<=" => Test::LessOrEqual(number(constant)?),
            ">" => Test::Greater(number(constant)?),
            ">=" => Test::GreaterOrEqual(number(constant)?),
            "in" => Test::In(constant.list(|item| Ok(item.value().clone()))?),
            "exists" if length == 2 => Test::Exists(true),
            "exists" => Test::Exists(constant.flag()?),
            "matches" => Test::Matches(pattern(constant)?),
            _ => return Err(word.fail("the operators are == != < <= > >= in exists matches")),
        };
        Ok(When { pointer, test })
    }

    /// Tests the arguments.
    pub(super) fn holds(&self, arguments: &Value) -> Holds {
        let found = arguments.pointer(&self.pointer);
        if let Test::Exists(wanted) = self.test {
            return Holds::from(found.is_some() == wanted);
        }
        found
            .and_then(|value| self.test.of(value))
            .map_or(Holds::Unknown, Holds::from)
    }
}

impl From<bool> for Holds {
    fn from(flag: bool) -> Self {
        if flag { Holds::Yes } else { Holds::No }
    }
}

impl Test {
    /// `None` if the value is of another type.
    fn of(&self, value: &Value) -> Option<bool> {
        match self {
            Test::Equal(other) => same_type(value, other).then(|| value == other),
            Test::NotEqual(other) => same_type(value, other).then(|| value != other),
            Test::Less(limit) => Some(value.as_f64()? < *limit),
            Test::LessOrEqual(limit) => Some(value.as_f64()? <= *limit),
            Test::Greater(limit) => Some(value.as_f64()? > *limit),
            Test::GreaterOrEqual(limit) => Some(value.as_f64()? >= *limit),
            Test::In(list) => {
                let typed = list.iter().any(|other| same_type(value, other));
                typed.then(|| list.contains(value))
            }
            Test::Matches(pattern) => Some(pattern.is_match(value.as_str()?)),
            Test::Exists(wanted) => Some(*wanted),
        }
    }
}

fn same_type(a: &Value, b: &Value) -> bool {
    core::mem::discriminant(a) == core::mem::discriminant(b)
}

fn number(node: Node<'_>) -> Result<f64> {
    node.value()
        .as_f64()
        .ok_or_else(|| node.fail("this operator compares with a number"))
}

/// A pattern of the `regex` crate, matched in time linear in the text, over the whole string.
fn pattern(node: Node<'_>) -> Result<Regex> {
    let text = node.text()?;
    // Alone first: `a)|(b` would close the group below.
    let build = |expression: &str| RegexBuilder::new(expression).size_limit(PATTERN_BYTES).build().ok();
    build(text)
        .and_then(|_| build(&format!(r"\A(?:{text})\z")))
        .ok_or_else(|| node.fail("this is not a regular expression without look-around and back-references"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canon::parse;
    use crate::limits::Limits;

    fn value(text: &str) -> Value {
        parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
    }

    fn read(text: &str) -> Result<When> {
        When::read(Node::root(&value(text), "/when/0", CODES))
    }

    #[test]
    fn each_operator() {
        let arguments = value(r#"{"a":5,"s":"EUR","n":null,"b":true,"l":[1,2],"o":{"x/y":1}}"#);
        for (condition, want) in [
            (r#"["/a","==",5]"#, Holds::Yes),
            (r#"["/a","==",5.5]"#, Holds::No),
            (r#"["/a","==","5"]"#, Holds::Unknown),
            (r#"["/z","==",5]"#, Holds::Unknown),
            (r#"["/a","!=",6]"#, Holds::Yes),
            (r#"["/a","!=","5"]"#, Holds::Unknown),
            (r#"["/z","!=",5]"#, Holds::Unknown),
            (r#"["/a","<",5]"#, Holds::No),
            (r#"["/a","<=",5]"#, Holds::Yes),
            (r#"["/a",">",5]"#, Holds::No),
            (r#"["/a",">=",5]"#, Holds::Yes),
            (r#"["/s","<",5]"#, Holds::Unknown),
            (r#"["/s","in",["EUR","USD"]]"#, Holds::Yes),
            (r#"["/s","in",["CHF"]]"#, Holds::No),
            (r#"["/s","in",[1,2]]"#, Holds::Unknown),
            (r#"["/n","==",null]"#, Holds::Yes),
            (r#"["/n","exists"]"#, Holds::Yes),
            (r#"["/z","exists"]"#, Holds::No),
            (r#"["/z","exists",false]"#, Holds::Yes),
            (r#"["/o/x~1y","exists",true]"#, Holds::Yes),
            (r#"["/l/1","==",2]"#, Holds::Yes),
            (r#"["/l","==",[1,2]]"#, Holds::Yes),
            (r#"["/s","matches","E.R"]"#, Holds::Yes),
            (r#"["/s","matches","E"]"#, Holds::No),
            (r#"["/s","matches","U|E"]"#, Holds::No),
            (r#"["/a","matches","5"]"#, Holds::Unknown),
            (r#"["","exists"]"#, Holds::Yes),
        ] {
            assert_eq!(read(condition).unwrap().holds(&arguments), want, "{condition}");
        }
    }

    #[test]
    fn the_whole_string_only() {
        let when = read(r#"["/p","matches","(?m)^/tmp/[a-z]+$"]"#).unwrap();
        let holds = |text: &str| when.holds(&crate::object! { "p": text }.into());
        assert_eq!(holds("/tmp/a"), Holds::Yes);
        assert_eq!(holds("/tmp/a\n/etc/passwd"), Holds::No);
        assert_eq!(holds("/etc\n/tmp/a"), Holds::No);
    }

    #[test]
    fn refusals_name_the_place() {
        for (condition, path) in [
            ("[]", "/when/0"),
            (r#"["/a","=="]"#, "/when/0"),
            (r#"["/a","==",1,2]"#, "/when/0"),
            (r#""/a == 1""#, "/when/0"),
            (r#"["a","==",1]"#, "/when/0/0"),
            (r#"["/a~2","==",1]"#, "/when/0/0"),
            (r#"["/a","=",1]"#, "/when/0/1"),
            (r#"["/a",1,1]"#, "/when/0/1"),
            (r#"["/a","<","5"]"#, "/when/0/2"),
            (r#"["/a","in",5]"#, "/when/0/2"),
            (r#"["/a","in",[]]"#, "/when/0/2"),
            (r#"["/a","exists","yes"]"#, "/when/0/2"),
            (r#"["/a","matches","a)|(b"]"#, "/when/0/2"),
            (r#"["/a","matches","(?=x)"]"#, "/when/0/2"),
            (r#"["/a","matches","(a{1000}){1000}"]"#, "/when/0/2"),
        ] {
            let error = read(condition).unwrap_err();
            assert_eq!(
                (error.code(), error.path()),
                (Code::PolicyMalformed, Some(path)),
                "{condition}"
            );
        }
    }
}
