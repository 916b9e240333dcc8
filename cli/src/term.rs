//! Output: data to stdout, everything else to stderr, colour only where a person looks.

use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use execert::render::{Rendered, Sink, Tone, clean};

use crate::args::{Cli, When};
use crate::fail::Fail;

/// Where a command writes.
pub(crate) struct Term<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    color_out: bool,
    color_err: bool,
    pub(crate) plain: bool,
    /// Whether a progress bar may be drawn.
    pub(crate) interactive: bool,
}

impl<'a> Term<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, err: &'a mut dyn Write, cli: &Cli) -> Self {
        let wanted = |tty: bool| match cli.color {
            When::Always => true,
            When::Never => false,
            When::Auto => tty && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let err_tty = std::io::stderr().is_terminal();
        Term {
            out,
            err,
            color_out: wanted(std::io::stdout().is_terminal()),
            color_err: wanted(err_tty),
            plain: cli.plain,
            interactive: err_tty,
        }
    }

    /// One line of data.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Fail> {
        self.bytes(text.as_bytes())?;
        self.bytes(b"\n")
    }

    /// Data as it is.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Fail> {
        self.out.write_all(bytes).map_err(|_| Fail::Closed)
    }

    /// One line beside the data.
    pub(crate) fn note(&mut self, text: &str) -> Result<(), Fail> {
        self.flush()?;
        writeln!(self.err, "{}", shown(text)).map_err(|_| Fail::Closed)
    }

    /// Puts what was written before what comes next.
    pub(crate) fn flush(&mut self) -> Result<(), Fail> {
        self.out.flush().map_err(|_| Fail::Closed)
    }

    /// The line that ends a failed command, and its next step.
    pub(crate) fn error(&mut self, text: &str, hint: &str) -> std::io::Result<()> {
        self.out.flush()?;
        let label = paint(
            "error",
            Style::new().fg_color(Some(AnsiColor::Red.into())).bold(),
            self.color_err,
        );
        writeln!(self.err, "{label}: {}", shown(text))?;
        if hint.is_empty() {
            Ok(())
        } else {
            writeln!(self.err, "hint: {}", shown(hint))
        }
    }

    /// A report: headline in colour, body as it is, then the hint.
    pub(crate) fn report(&mut self, page: &Rendered, quiet: bool) -> Result<(), Fail> {
        let color = match page.tone {
            Tone::Good => AnsiColor::Green,
            Tone::Bad => AnsiColor::Red,
            Tone::Caution => AnsiColor::Yellow,
            Tone::Note => AnsiColor::Blue,
            _ => AnsiColor::BrightBlack,
        };
        let style = Style::new().fg_color(Some(color.into())).bold();
        let headline = paint(&page.headline, style, self.color_out);
        self.line(&headline)?;
        if quiet {
            return Ok(());
        }
        for text in &page.body {
            self.line(text)?;
        }
        if let Some(hint) = &page.hint {
            self.line("")?;
            self.line(&format!("hint: {hint}"))?;
        }
        Ok(())
    }

    /// A heading between parts of a longer story.
    pub(crate) fn heading(&mut self, text: &str) -> Result<(), Fail> {
        let painted = paint(text, Style::new().bold(), self.color_out);
        self.line(&painted)
    }
}

/// A message may name a file or a member that somebody else named.
fn shown(text: &str) -> String {
    clean(text, Sink::Terminal, 4_000)
}

fn paint(text: &str, style: Style, color: bool) -> String {
    if color {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}
