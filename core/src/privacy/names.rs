//! Member names that say their value is a secret.

/// Names that say it wherever they stand, written together or apart (`api_key`, `X-Api-Key`, `dbPassword2`).
const ANYWHERE: [&str; 9] = [
    "authorization",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "privatekey",
    "secretkey",
    "accesskey",
    "connectionstring",
];

/// Names that say it as a word of their own.
const WORDS: [&str; 9] = [
    "secret",
    "secrets",
    "cookie",
    "cookies",
    "pwd",
    "pass",
    "dsn",
    "credential",
    "credentials",
];

/// Names that say it at the end (`clientsecret`, `access_token`), but not before another word (`token_count`).
const ENDINGS: [&str; 2] = ["secret", "token"];

/// Every name above holds one of these, also when it is written apart: most member names are passed over by that.
fn has_stem(name: &[u8]) -> bool {
    let mut rest = name;
    while let Some((first, after)) = rest.split_first() {
        let stems: &[&[u8]] = match first.to_ascii_lowercase() {
            b'a' => &[b"auth"],
            b'c' => &[b"cook", b"cred"],
            b'd' => &[b"dsn"],
            b'k' => &[b"key"],
            b'p' => &[b"pass", b"pwd"],
            b's' => &[b"secret", b"string"],
            b't' => &[b"token"],
            _ => &[],
        };
        let begins = |stem: &&[u8]| {
            rest.get(..stem.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(stem))
        };
        if stems.iter().any(begins) {
            return true;
        }
        rest = after;
    }
    false
}

/// What a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Nothing,
    /// A secret if it is text: a number called `token` is a count.
    SecretText,
    Secret,
}

/// Reads a member name.
pub(super) fn read(name: &str, extra: &[String]) -> Says {
    if name.len() > 200 || name.is_empty() {
        return Says::Nothing;
    }
    if extra.is_empty() && !has_stem(name.as_bytes()) {
        return Says::Nothing;
    }
    let words = words(name);
    let joined = words.concat();
    if extra.contains(&joined) || ANYWHERE.iter().any(|part| joined.contains(part)) {
        return Says::Secret;
    }
    if words.iter().any(|word| WORDS.contains(&word.as_str())) {
        return Says::Secret;
    }
    if ENDINGS.iter().any(|end| joined.ends_with(end)) {
        return Says::SecretText;
    }
    Says::Nothing
}

/// A name of the option `redact_names` as it is compared: in words, lower case, joined.
pub(super) fn fold(name: &str) -> String {
    words(name).concat()
}

/// Splits at everything that is no letter, between a small and a capital letter, and before the last of several
/// capitals; digits are left out: `X-API-Key` is x, api, key; `dbPassword2` is db, password.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    let mut before = ' ';
    for (at, &letter) in letters.iter().enumerate() {
        let after = letters.get(at.saturating_add(1)).copied().unwrap_or(' ');
        let starts =
            letter.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && after.is_lowercase()));
        if starts || (!letter.is_alphabetic() && !letter.is_numeric()) {
            words.push(String::new());
        }
        if letter.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "Authorization",
            "proxy-authorization",
            "cookie",
            "Set-Cookie",
            "password",
            "dbPassword2",
            "PASSWD",
            "pwd",
            "user_pwd",
            "secret",
            "client_secret",
            "clientsecret",
            "AWS_SECRET_ACCESS_KEY",
            "token",
            "access_token",
            "accessToken",
            "X-Auth-Token",
            "apiKey",
            "api_key",
            "X-API-Key",
            "APIKey",
            "OPENAI_API_KEY",
            "private_key",
            "privateKey",
            "connection_string",
            "ConnectionString",
            "dsn",
            "SENTRY_DSN",
            "token2",
        ] {
            assert_ne!(read(name, &[]), Says::Nothing, "{name}");
        }
    }

    #[test]
    fn names_of_other_things() {
        for name in [
            "",
            "max_tokens",
            "token_count",
            "input_tokens",
            "tokenizer",
            "secretary",
            "key",
            "keys",
            "keyid",
            "author",
            "authorized",
            "compass",
            "passenger",
            "bypass",
            "broken",
            "input",
            "cookbook",
            "public_key",
            "monkey",
        ] {
            assert_eq!(read(name, &[]), Says::Nothing, "{name}");
        }
    }

    #[test]
    fn own_names() {
        let own = [fold("Patient-No")];
        for name in ["patient_no", "patientNo", "PATIENT NO"] {
            assert_eq!(read(name, &own), Says::Secret, "{name}");
        }
        assert_eq!(read("patient", &own), Says::Nothing);
    }
}
