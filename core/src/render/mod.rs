//! A report for people. Every line is made from the report alone, never from control flow.

mod clean;
mod story;
mod text;
mod words;

pub use clean::{Sink, clean};
pub use story::{Sentence, story};
pub use text::{Rendered, Subject, Tone, text};
