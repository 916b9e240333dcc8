//! A bar for work that takes more than a second.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A reader that shows how far it is, once a second has gone by.
pub(crate) struct Watched<R> {
    inner: R,
    bar: Option<ProgressBar>,
    since: Instant,
    total: u64,
    done: u64,
    shown: bool,
}

impl<R: Read> Watched<R> {
    pub(crate) fn new(inner: R, total: u64, interactive: bool) -> Self {
        Watched {
            inner,
            bar: interactive.then(ProgressBar::hidden),
            since: Instant::now(),
            total,
            done: 0,
            shown: false,
        }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.done = self.done.saturating_add(u64::try_from(read).unwrap_or(0));
        if let Some(bar) = &mut self.bar {
            if !self.shown && self.since.elapsed() > Duration::from_secs(1) {
                self.shown = true;
                // Of a pipe nobody knows how much is to come.
                let template = match self.total {
                    0 => "checking {bytes}",
                    _ => "checking {bar:40} {bytes} of {total_bytes}, {eta} left",
                };
                *bar = ProgressBar::new(self.total);
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
            }
            if self.shown {
                bar.set_position(self.done);
            }
        }
        Ok(read)
    }
}

impl<R> Drop for Watched<R> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
