//! Choices out of bytes: a fuzzer that changes the bytes changes the choices.

/// What is left of the bytes. When nothing is left, every choice is the first one.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'a>(&'a [u8]);

impl<'a> Draw<'a> {
    /// All choices.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Draw(bytes)
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    /// One byte, or 0.
    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `most`, from as many bytes as that takes; 0 where there is no choice.
    pub fn below(&mut self, most: usize) -> usize {
        let mut number = usize::from(self.byte());
        if most > 256 {
            number = number << 8 | usize::from(self.byte());
        }
        if most > 65_536 {
            number = number << 8 | usize::from(self.byte());
        }
        number.checked_rem(most).unwrap_or(0)
    }

    /// One of these.
    pub fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    /// Some bytes, at most `most`: their length comes first.
    pub fn bytes(&mut self, most: usize) -> &'a [u8] {
        let length = self.below(most.saturating_add(1)).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}
