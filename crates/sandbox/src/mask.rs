//! Keeping secrets out of what is stored.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::Arc;

/// What stands in the place of a secret.
const MASK: &[u8] = b"***";

/// Shorter secrets would mask half of every log and protect nothing.
const MIN_SECRET_BYTES: usize = 4;

/// Lines of a secret of many lines are secrets too, because tools print them one by one; short ones are not telling.
const MIN_LINE_BYTES: usize = 8;

/// Replaces every occurrence of a set of secrets.
///
/// Occurrences that overlap or touch become one mask, so that no remainder of the second shows.
/// Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Masker {
    secrets: Arc<[Vec<u8>]>,
    /// Missing when there are no secrets, and when they are too large together for an automaton:
    /// then each is searched for by itself, which is slow and as safe.
    automaton: Option<AhoCorasick>,
}

impl Masker {
    /// Takes the secrets; white space around them does not count, those shorter than four bytes are ignored.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut patterns: Vec<Vec<u8>> = Vec::new();
        for secret in secrets {
            let secret = secret.trim();
            if secret.len() >= MIN_SECRET_BYTES {
                patterns.push(secret.into());
            }
            let lines = secret.lines().map(str::trim).filter(|line| line.len() >= MIN_LINE_BYTES);
            patterns.extend(lines.map(Into::into));
        }
        patterns.sort();
        patterns.dedup();
        // Overlapping search, which finds every occurrence, exists for this kind only.
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).ok();
        Self { secrets: patterns.into(), automaton }
    }

    /// Masks a whole text.
    pub fn mask_all(&self, text: &[u8]) -> Vec<u8> {
        let mut masked = Vec::with_capacity(text.len());
        let mut stream = self.stream();
        stream.push(text, &mut masked);
        stream.finish(&mut masked);
        masked
    }

    /// Starts masking a text that comes in pieces.
    pub fn stream(&self) -> MaskStream {
        MaskStream { masker: self.clone(), held: Vec::new(), masked: None }
    }

    /// Returns every occurrence of every secret as start and end, by start.
    fn occurrences(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let mut spans: Vec<(usize, usize)> = match &self.automaton {
            Some(automaton) => {
                automaton.find_overlapping_iter(text).map(|found| (found.start(), found.end())).collect()
            }
            None => self.occurrences_one_by_one(text),
        };
        spans.sort_unstable();
        spans
    }

    fn occurrences_one_by_one(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let starts = |secret: &Vec<u8>| -> Vec<(usize, usize)> {
            let windows = text.windows(secret.len()).enumerate();
            windows.filter(|(_, w)| w == secret).map(|(start, w)| (start, start + w.len())).collect()
        };
        self.secrets.iter().flat_map(starts).collect()
    }

    /// Returns where the longest suffix of `text` starts that begins a secret without completing it.
    fn unfinished_from(&self, text: &[u8]) -> usize {
        let longest = self.secrets.iter().map(Vec::len).max().unwrap_or(0);
        let first = (text.len() + 1).saturating_sub(longest);
        (first..text.len())
            .find(|start| {
                let suffix = &text[*start..];
                self.secrets.iter().any(|secret| secret.len() > suffix.len() && secret.starts_with(suffix))
            })
            .unwrap_or(text.len())
    }
}

/// Masks a text that comes in pieces, cut anywhere: the result is that of the whole.
#[derive(Debug, Clone)]
pub struct MaskStream {
    masker: Masker,
    /// The end of what came so far, in which a secret may have begun: always shorter than the longest secret.
    held: Vec<u8>,
    /// How many bytes of `held` the last mask covers; `None` when the last byte given out was not masked.
    masked: Option<usize>,
}

impl MaskStream {
    /// Takes the next piece and appends to `out` what is certain by now.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.held.extend_from_slice(piece);
        let certain = self.masker.unfinished_from(&self.held);
        self.give_out(certain, out);
    }

    /// Appends the rest: what has begun like a secret and did not become one.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        self.give_out(self.held.len(), out);
    }

    /// Gives out the first `certain` bytes, in which no secret can begin that is not found already.
    fn give_out(&mut self, certain: usize, out: &mut Vec<u8>) {
        let mut position = 0;
        let mut open = self.masked;
        for (start, end) in self.masker.occurrences(&self.held) {
            if open.is_some_and(|covered| start <= covered) {
                open = open.max(Some(end));
                continue;
            }
            if start >= certain {
                break;
            }
            position = open.unwrap_or(position);
            out.extend_from_slice(&self.held[position..start]);
            out.extend_from_slice(MASK);
            open = Some(end);
        }
        position = open.unwrap_or(position);
        if position < certain {
            out.extend_from_slice(&self.held[position..certain]);
            open = None;
        }
        self.masked = open.map(|covered| covered.saturating_sub(certain));
        self.held.drain(..certain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use test_case::test_case;

    fn masker(secrets: &[&str]) -> Masker {
        Masker::new(secrets.iter().map(|secret| (*secret).to_owned()))
    }

    /// The meaning of masking, without regard to speed: mark every byte of every occurrence, then replace each marked stretch.
    fn reference(secrets: &[String], text: &[u8]) -> Vec<u8> {
        let mut marked = vec![false; text.len()];
        for secret in secrets.iter().filter(|secret| secret.len() >= MIN_SECRET_BYTES) {
            for start in 0..text.len() {
                if text[start..].starts_with(secret.as_bytes()) {
                    marked[start..start + secret.len()].fill(true);
                }
            }
        }
        let mut masked = Vec::new();
        for (index, byte) in text.iter().enumerate() {
            if !marked[index] {
                masked.push(*byte);
            } else if index == 0 || !marked[index - 1] {
                masked.extend_from_slice(MASK);
            }
        }
        masked
    }

    #[test_case(&["hunter22"], "password hunter22!", "password ***!"; "one secret")]
    #[test_case(&["abcd", "cdef"], "xabcdefx", "x***x"; "overlapping secrets leave no remainder")]
    #[test_case(&["abcd", "abcdefgh"], "abcdefgh abcdef", "*** ***ef"; "the longer secret is masked whole")]
    #[test_case(&["abc"], "abc", "abc"; "a short secret is ignored")]
    #[test_case(&["first line\n-\nsecond line\n"], "x second line - y", "x *** - y"; "telling lines of a long secret")]
    #[test_case(&["  spaced  \n"], "is spaced.", "is ***."; "white space around a secret does not count")]
    fn texts(secrets: &[&str], text: &str, expected: &str) {
        let masked = masker(secrets).mask_all(text.as_bytes());
        assert_eq!(String::from_utf8(masked).unwrap(), expected);
    }

    #[test]
    fn a_secret_in_two_pieces_is_masked_and_only_its_beginning_is_held_back() {
        let mut stream = masker(&["hunter22"]).stream();
        let mut out = Vec::new();
        stream.push(b"password: hunt", &mut out);
        assert_eq!(out, b"password: ");
        stream.push(b"er22\n", &mut out);
        assert_eq!(out, b"password: ***\n");
    }

    #[test]
    fn what_is_held_back_stays_short_however_long_the_mask() {
        let mut stream = masker(&["aaaa"]).stream();
        let mut out = Vec::new();
        for _ in 0..1000 {
            stream.push(b"aaaaaaa", &mut out);
            assert!(stream.held.len() < 4);
        }
        stream.finish(&mut out);
        assert_eq!(out, MASK);
    }

    #[test]
    fn secrets_too_large_for_an_automaton_are_masked_all_the_same() {
        let masker = Masker { automaton: None, ..masker(&["abcd", "cdef"]) };
        assert_eq!(masker.mask_all(b"xabcdefx abcd"), b"x***x ***");
    }

    proptest! {
        #[test]
        fn pieces_are_masked_like_the_whole(
            secrets in proptest::collection::vec("[ab]{2,9}", 0..4),
            text in "[abc]{0,80}",
            cuts in proptest::collection::vec(0_usize..80, 0..12),
        ) {
            let masker = Masker::new(secrets.iter().cloned());
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let mut stream = masker.stream();
            let mut out = Vec::new();
            for piece in cuts.windows(2) {
                stream.push(&text.as_bytes()[piece[0]..piece[1]], &mut out);
            }
            stream.finish(&mut out);
            let expected = reference(&secrets, text.as_bytes());
            prop_assert_eq!(&out, &expected);
            let one_by_one = Masker { automaton: None, ..masker };
            prop_assert_eq!(one_by_one.mask_all(text.as_bytes()), expected);
        }
    }
}
