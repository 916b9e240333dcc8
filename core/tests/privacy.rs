//! The secret scanner and the privacy profiles, over generated values (N58 of tests/negative.md).
#[path = "support/dice.rs"]
mod dice;

use dice::Dice;
use execert::canon::{Object, Value, parse, to_jcs};
use execert::content::{Form, Tree, commit, redact};
use execert::digest::b64;
use execert::limits::Limits;
use execert::object;
use execert::privacy::{Profile, RULES, kept_out, scan_text};

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";

/// The same values at every run.
struct Random(Dice);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0.below(limit)
    }
    fn of(&mut self, alphabet: &str, length: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..length)
            .map(|_| char::from(letters[self.below(letters.len())]))
            .collect()
    }
    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

fn alnum() -> String {
    format!("{UPPER}{LOWER}{DIGITS}")
}

fn card(random: &mut Random) -> String {
    let mut digits = format!("4{}", random.of(DIGITS, 14));
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0');
            if at % 2 == 0 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        })
        .sum();
    digits.push_str(&((10 - sum % 10) % 10).to_string());
    if random.below(2) == 0 {
        return digits;
    }
    let groups: Vec<&str> = (0..4).map(|at| &digits[at * 4..at * 4 + 4]).collect();
    groups.join(if random.below(2) == 0 { " " } else { "-" })
}

fn iban(random: &mut Random) -> String {
    let account = random.of(DIGITS, 18);
    // DE is 1314; the check digits make the whole 1 modulo 97.
    let number = format!("{account}131400");
    let rest = number
        .bytes()
        .fold(0u32, |sum, byte| (sum * 10 + u32::from(byte - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

/// Forty kinds of secret; the second part is what must not be found in anything that is stored.
fn secret(kind: usize, r: &mut Random) -> String {
    let (an, url, b64) = (alnum(), format!("{}_-", alnum()), format!("{}+/", alnum()));
    let b32 = format!("{UPPER}234567");
    match kind {
        0 => format!("AKIA{}", r.of(&b32, 16)),
        1 => format!("ASIA{}", r.of(&b32, 16)),
        2 => r.of(&b64, 40),
        3 => format!("ghp_{}", r.of(&an, 36)),
        4 => format!("github_pat_{}_{}", r.of(&an, 22), r.of(&an, 59)),
        5 => format!("glpat-{}", r.of(&url, 20)),
        6 => format!("xoxb-{}-{}-{}", r.of(DIGITS, 12), r.of(DIGITS, 12), r.of(&an, 24)),
        7 => format!(
            "https://hooks.slack.com/services/T{}/B{}/{}",
            r.of(&b32, 8),
            r.of(&b32, 8),
            r.of(&an, 24)
        ),
        8 => format!("AIza{}", r.of(&url, 35)),
        9 => format!("ya29.{}", r.of(&url, 60)),
        10 => format!("sk_live_{}", r.of(&an, 24)),
        11 => format!("whsec_{}", r.of(&b64, 32)),
        12 => format!("sk-{}", r.of(&an, 48)),
        13 => format!("sk-proj-{}", r.of(&url, 120)),
        14 => format!("sk-ant-api03-{}AA", r.of(&url, 93)),
        15 => format!("eyJ{}.eyJ{}.{}", r.of(&url, 33), r.of(&url, 60), r.of(&url, 43)),
        16 => format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
            r.of(&b64, 64)
        ),
        17 => format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n", r.of(&b64, 70)),
        18 => format!("postgres://app:{}@db.example.com:5432/app", r.of(&an, 9)),
        19 => format!("mongodb+srv://u:{}@c0.example.net", r.of(LOWER, 6)),
        20 => card(r),
        21 => iban(r),
        22 => format!("npm_{}", r.of(&an, 36)),
        23 => format!("pypi-AgEIcHlwaS5vcmc{}", r.of(&url, 80)),
        24 => format!("dckr_pat_{}", r.of(&url, 27)),
        25 => format!("hf_{}", r.of(&an, 34)),
        26 => format!("SG.{}.{}", r.of(&url, 22), r.of(&url, 43)),
        27 => format!("SK{}", r.of(HEX, 32)),
        28 => format!("key-{}", r.of(HEX, 32)),
        29 => format!("dop_v1_{}", r.of(HEX, 64)),
        30 => format!("shpat_{}", r.of(HEX, 32)),
        31 => format!("{}:AA{}", r.of(DIGITS, 10), r.of(&url, 33)),
        32 => format!("dapi{}", r.of(HEX, 32)),
        33 => format!("AccountKey={}==", r.of(&b64, 86)),
        34 => format!("glsa_{}_{}", r.of(&an, 32), r.of(HEX, 8)),
        35 => format!("hvs.{}", r.of(&url, 95)),
        36 => format!("Bearer {}", r.of(&url, 40)),
        37 => format!("password={}", r.of(&an, 10)),
        38 => format!("gsk_{}", r.of(&an, 52)),
        _ => format!("lin_api_{}", r.of(&an, 40)),
    }
}

/// What somebody would look for: the last word of the secret without the sentence around it.
fn core(secret: &str) -> &str {
    secret.split([' ', '=']).rfind(|part| part.len() >= 4).unwrap_or(secret)
}

/// Stores what the profile lets through, as the recorder does, and gives all that is written anywhere.
fn stored(profile: &Profile, content: &Value) -> String {
    let seed = [7; 32];
    let hidden = profile.hide(content);
    for hit in &hidden {
        assert!(RULES.contains(&hit.rule), "{}", hit.rule);
    }
    let pointers: Vec<String> = hidden.iter().map(|hit| hit.pointer.clone()).collect();
    let mut written = format!("{:?}", kept_out(&hidden));
    if pointers.is_empty() {
        written.push_str(&String::from_utf8(to_jcs(content)).unwrap());
        return written;
    }
    let (kept, open) = redact(content, &Form::Whole(seed), &pointers).unwrap();
    let form = Form::Redacted(open.clone());
    assert_eq!(Tree::of(&kept, &form).unwrap().root(), commit(content, &seed));
    for part in [&kept, &open.to_value()] {
        written.push_str(&String::from_utf8(to_jcs(part)).unwrap());
    }
    written
}

/// The content with a secret at each kind of place.
fn places(secret: &str) -> Vec<Value> {
    let text = |value: &str| Value::from(value);
    let encoded = b64(format!("key: {secret}\n").as_bytes());
    let bytes = Value::from(vec![text("/input/blob"), text("bytes")]);
    vec![
        object! { "input": object! { "q": secret } }.into(),
        object! { "input": object! { "messages": vec![object! { "content": format!("use {secret} please") }.into()] } }.into(),
        object! { "output": format!("line one\n\t\"{secret}\"\n") }.into(),
        object! { "error": object! { "type": "HTTPError", "message": format!("401 for url: https://api.example.com/v1?key={secret}") } }.into(),
        object! { "params": object! { "headers": vec![Value::from(vec![text("X-Custom"), text(secret)])] } }.into(),
        object! { "input": object! { "by": Object::from_iter([(secret.to_owned(), Value::count(1))]) } }.into(),
        object! { "input": object! { "blob": encoded }, "conversions": vec![bytes] }.into(),
        object! { "text": format!("({secret})") }.into(),
    ]
}

#[test]
fn no_secret_is_ever_stored() {
    let mut random = Random(Dice(1));
    let mut missed = Vec::new();
    for kind in 0..40 {
        for _ in 0..50 {
            let secret = secret(kind, &mut random);
            for (place, content) in places(&secret).iter().enumerate() {
                let written = stored(&Profile::default(), content);
                let escaped = String::from_utf8(to_jcs(&core(&secret))).unwrap();
                let encoded = b64(format!("key: {secret}\n").as_bytes());
                if written.contains(escaped.trim_matches('"')) || written.contains(&encoded) {
                    missed.push((kind, place, secret.clone()));
                }
            }
        }
    }
    assert!(
        missed.is_empty(),
        "{} of 16000: {:#?}",
        missed.len(),
        &missed[..missed.len().min(20)]
    );
}

/// Values that agents and tools exchange every day and that are no secrets.
fn ordinary(kind: usize, r: &mut Random) -> String {
    const WORDS: [&str; 24] = [
        "refund",
        "the",
        "customer",
        "order",
        "of",
        "Tuesday",
        "shipment",
        "was",
        "delayed",
        "invoice",
        "number",
        "and",
        "asks",
        "for",
        "compensation",
        "policy",
        "applies",
        "within",
        "thirty",
        "days",
        "internationalisation",
        "über",
        "responsibility",
        "API",
    ];
    let (an, lower) = (alnum(), format!("{LOWER}{DIGITS}"));
    let mut words = |n: usize, gap: &str| (0..n).map(|_| r.pick(&WORDS)).collect::<Vec<_>>().join(gap);
    match kind {
        0 => words(12, " "),
        1 => words(40, " "),
        2 => words(4, "_"),
        3 => words(5, "-"),
        4 => format!("/usr/lib/{}.py", words(5, "/")),
        5 => format!("https://example.com/{}?page=2&size=50", words(3, "/")),
        6 => format!("{{\"name\":\"{}\",\"qty\":3}}", words(3, " ")),
        7 => format!("def {}(self):\n    return self.{}\n", words(3, "_"), words(2, ".")),
        8 => words(6, ""),
        9 => {
            let h = r.of(HEX, 32);
            format!("{}-{}-7{}-a{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..])
        }
        10 => r.of(HEX, 64),
        11 => r.of(HEX, 40),
        12 => format!("sha256:{}", r.of(HEX, 64)),
        13 => format!("call_{}", r.of(&an, 24)),
        14 => format!("toolu_01{}", r.of(&an, 22)),
        15 => format!("chatcmpl-{}", r.of(&an, 29)),
        16 => format!("01{}", r.of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24)),
        17 => format!("00-{}-{}-01", r.of(HEX, 32), r.of(HEX, 16)),
        18 => format!(
            "2026-{:02}-{:02}T12:31:{:02}.{}Z",
            r.below(12) + 1,
            r.below(28) + 1,
            r.below(60),
            r.of(DIGITS, 3)
        ),
        19 => format!("{}@{}.example", r.of(&lower, 8), r.of(LOWER, 12)),
        20 => format!("ORD-{}-{}", r.of(DIGITS, 8), r.of(UPPER, 2)),
        21 => format!(
            "build-2026-11-{}-linux-amd64-release-{}",
            r.of(DIGITS, 2),
            r.of(DIGITS, 4)
        ),
        22 => r.of(&an, 21),
        23 => format!("{}.{}", r.of(DIGITS, 5), r.of(DIGITS, 6)),
        24 => format!("+49 151 {}", r.of(DIGITS, 8)),
        25 => format!("getUser{}ById2For{}", r.pick(&WORDS), r.pick(&WORDS)),
        26 => format!("msg_{}", r.of(&an, 24)),
        27 => format!(
            "v{}.{}.{}-rc.{}+{}",
            r.below(9),
            r.below(20),
            r.below(20),
            r.below(5),
            r.of(HEX, 8)
        ),
        28 => format!(
            "s3://bucket-{}/{}/part-{}-{}.parquet",
            r.of(LOWER, 5),
            r.pick(&WORDS),
            r.of(DIGITS, 5),
            r.of(HEX, 8)
        ),
        _ => format!(
            "arn:aws:lambda:eu-central-1:{}:function:{}",
            r.of(DIGITS, 12),
            r.pick(&WORDS)
        ),
    }
}

#[test]
fn ordinary_values_stay() {
    let mut random = Random(Dice(2));
    let (mut hits, mut random_hits, total) = (Vec::new(), 0, 120_000);
    for at in 0..total {
        let value = ordinary(at % 30, &mut random);
        if let Some(rule) = scan_text(&value) {
            random_hits += usize::from(rule == "high-entropy");
            hits.push((rule, value));
        }
    }
    assert!(
        random_hits * 10_000 <= total,
        "{random_hits} of {total}: {:#?}",
        &hits[..hits.len().min(20)]
    );
    assert!(
        hits.len() * 10_000 <= total * 2,
        "{} of {total}: {:#?}",
        hits.len(),
        &hits[..hits.len().min(20)]
    );
}

#[test]
fn unknown_secrets_look_random() {
    let mut random = Random(Dice(4));
    let alphabet = format!("{}+/", alnum());
    for (length, least) in [(24, 920), (32, 985), (40, 995), (64, 999)] {
        let hits = (0..1000)
            .filter(|_| scan_text(&random.of(&alphabet, length)).is_some())
            .count();
        assert!(hits >= least, "{length} letters: {hits} of 1000");
    }
}

fn value(text: &str) -> Value {
    parse(text.as_bytes(), &Limits::DOCUMENT).unwrap()
}

fn hidden(profile: &Profile, content: &str) -> Vec<(String, &'static str)> {
    let hits = profile.hide(&value(content));
    hits.into_iter().map(|hit| (hit.pointer, hit.rule)).collect()
}

#[test]
fn names_decide_in_every_shape() {
    let full = Profile::default();
    for (content, want) in [
        (r#"{"input":{"password":"x","user":"y"}}"#, "/input/password"),
        (r#"{"input":{"pin":{"secret":{"a":1}}}}"#, "/input/pin/secret"),
        (
            r#"{"input":{"headers":{"Authorization":"x"}}}"#,
            "/input/headers/Authorization",
        ),
        (
            r#"{"input":{"headers":[{"name":"Cookie","value":"x"}]}}"#,
            "/input/headers/0/value",
        ),
        (r#"{"input":{"headers":[["x-api-key","x"]]}}"#, "/input/headers/0/1"),
        (r#"{"input":{"argv":["psql","--password","x"]}}"#, "/input/argv/2"),
        (r#"{"input":{"pwd":1234}}"#, "/input/pwd"),
        (r#"{"input":{"n":4111111111111111}}"#, "/input/n"),
        (r#"{"input":"{\"a\":{\"password\":\"hunter2\"}}"}"#, "/input"),
        (r#"{"input":"{\\\"password\\\":\\\"hunter2\\\"}"}"#, "/input"),
        (
            r#"{"input":{"img":"data:text/plain;base64,cGFzc3dvcmQ9aHVudGVyMg=="}}"#,
            "/input/img",
        ),
    ] {
        let hits = hidden(&full, content);
        assert_eq!(
            hits.iter().map(|(p, _)| p.as_str()).collect::<Vec<_>>(),
            [want],
            "{content}"
        );
    }
    for content in [
        r#"{"input":{"has_password":true,"token":null,"cookie":"","secret":[]}}"#,
        r#"{"output":{"usage":{"max_tokens":512,"token":12,"prompt_tokens":3}}}"#,
        r#"{"params":{"tools":[{"parameters":{"properties":{"password":{"type":"string"}},"required":["password","user"]}}]}}"#,
        r#"{"input":{"img":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}"#,
        r#"{"text":"please reset the password: it expired","input":{"amount":4111111111111112}}"#,
    ] {
        assert_eq!(hidden(&full, content), [], "{content}");
    }
}

#[test]
fn long_strings_are_committed_only() {
    let content = object! { "output": "a ".repeat(600_000) }.into();
    let hits = Profile::default().hide(&content);
    assert_eq!((hits.len(), hits[0].rule), (1, "size"));
}

#[test]
fn evidence_keeps_its_list_only() {
    let profile = Profile::named("evidence")
        .unwrap()
        .with_keep(&["/input/amount", "/output"])
        .unwrap();
    let content = r#"{"input":{"amount":5,"iban":"x","note":{"a":1}},"output":{"ok":true,"token":"t"},"names":{"a":"b"},
        "conversions":[["/input/amount","decimal"],["/input/note","datetime"],["/output/token","bytes"]],
        "countersigns":[{"pointer":"/output","seed":"s","envelope":{}},{"pointer":"/input/amount","seed":"s","envelope":{}}]}"#;
    let pointers: Vec<(String, &str)> = hidden(&profile, content);
    let want = [
        ("/input/iban", "profile"),
        ("/input/note", "profile"),
        ("/names", "profile"),
        ("/output/token", "secret-name"),
        ("/conversions/1", "profile"),
        ("/conversions/2", "secret-name"),
        // Its seed would open the token.
        ("/countersigns/0", "secret-name"),
    ];
    assert_eq!(pointers, want.map(|(pointer, rule)| (pointer.to_owned(), rule)));
    let written = stored(&profile, &value(content));
    assert!(!written.contains("iban") || !written.contains("\"x\""));
}

#[test]
fn evidence_stores_no_value_outside_its_list() {
    let profile = Profile::named("evidence").unwrap().with_keep(&["/input/keep"]).unwrap();
    let mut random = Random(Dice(3));
    for _ in 0..500 {
        let marks: Vec<String> = (0..6).map(|_| random.of(LOWER, 12)).collect();
        let content = object! {
            "input": object! { "keep": object! { "a": marks[0].as_str() }, "keeper": marks[1].as_str(), "x": vec![marks[2].as_str().into()] },
            "output": marks[3].as_str(),
            "text": object! { "b": marks[4].as_str() },
            "error": marks[5].as_str(),
        };
        let written = stored(&profile, &content.into());
        assert!(written.contains(&marks[0]));
        assert!(
            marks[1..].iter().all(|mark| !written.contains(mark.as_str())),
            "{written}"
        );
    }
}

#[test]
fn commit_only_keeps_nothing() {
    let profile = Profile::named("commit-only").unwrap();
    assert!(profile.keeps_nothing());
    let hits = hidden(&profile, r#"{"input":{"a":1},"conversions":[["/input/a","int"]]}"#);
    assert_eq!(hits, [("/conversions".into(), "profile"), ("/input".into(), "profile")]);
    assert_eq!(hidden(&profile, "{}"), []);
}

#[test]
fn documents_there_and_back() {
    let evidence = Profile::named("evidence")
        .unwrap()
        .with_keep(&["/input/b", "/input/a"])
        .unwrap();
    for profile in [Profile::default(), Profile::named("commit-only").unwrap(), evidence] {
        let again = Profile::from_value(&profile.to_value()).unwrap();
        assert_eq!(again, profile);
        assert_eq!(again.digest(), profile.digest());
        // Own names are not in the document: they may change, the profile of a ledger may not.
        assert_eq!(profile.clone().with_names(&["x"]).digest(), profile.digest());
    }
    for (document, path) in [
        (r#""half""#, ""),
        ("1", ""),
        (r#"{"profile":2,"name":"full"}"#, "/profile"),
        (r#"{"name":"full"}"#, "/profile"),
        (r#"{"profile":1,"name":"fully"}"#, "/name"),
        (r#"{"profile":1,"name":"full","keeps":[]}"#, "/keeps"),
        (r#"{"profile":1,"name":"full","keep":["/input"]}"#, "/keep"),
        (
            r#"{"profile":1,"name":"evidence","keep":["/input","input"]}"#,
            "/keep/1",
        ),
        (r#"{"profile":1,"name":"evidence","keep":[""]}"#, "/keep/0"),
        (r#"{"profile":1,"name":"full","rules":"none"}"#, "/rules"),
    ] {
        let error = Profile::from_value(&value(document)).unwrap_err();
        assert_eq!(
            (error.code().as_str(), error.path()),
            ("wire.bad_argument", Some(path)),
            "{document}"
        );
    }
}

#[test]
fn an_error_shows_no_secret_that_is_a_member_name() {
    let secret = "sk-ant-api03-AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789";
    let shown = |path: &str| {
        let error = execert::Error::new(execert::Code::CanonNotFinite, "a number is not finite").at(path);
        let shown = execert::privacy::shown(&error.on_line(2, 7));
        (shown.to_string(), shown.path().unwrap().to_owned(), shown.line())
    };
    for (path, masked) in [
        (format!("/input/{secret}/0"), "/input/…/0"),
        (format!("/{secret}"), "/…"),
        ("/input/4111 1111 1111 1111/a~1b".to_owned(), "/input/…/a~1b"),
    ] {
        let (text, path, line) = shown(&path);
        assert_eq!((path.as_str(), line), (masked, Some((2, 7))));
        assert!(
            text.contains(masked) && !text.contains("AbCdEf") && !text.contains("4111"),
            "{text}"
        );
    }
    for plain in [
        "",
        "/input/customer/email",
        "/payload/predicate/links/0/rel",
        "/input/a~0b/~01",
    ] {
        assert_eq!(shown(plain).1, plain);
    }
}
