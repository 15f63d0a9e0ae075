//! Whether the evidence of a gate has been seen, block by block.

use domain::Digest;

/// A part of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    Diff,
    Tests,
    Risk,
}

impl Block {
    /// In the order of the page.
    pub const ALL: [Self; 3] = [Self::Risk, Self::Tests, Self::Diff];

    /// The value of `data-evidence`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Diff => "diff",
            Self::Tests => "tests",
            Self::Risk => "risk",
        }
    }

    /// What the block shows, in the middle of a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Diff => "changes",
            Self::Tests => "test results",
            Self::Risk => "risk notes",
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Diff => 0,
            Self::Tests => 1,
            Self::Risk => 2,
        }
    }
}

/// How far a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockState {
    /// The gate has no such evidence.
    Missing,
    Loading,
    /// It could not be loaded.
    Error,
    /// It is on the page.
    Shown,
    /// Somebody looked at it.
    Seen,
}

impl BlockState {
    /// The value of `data-evidence-state`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Loading => "loading",
            Self::Error => "error",
            Self::Shown => "shown",
            Self::Seen => "seen",
        }
    }
}

/// What happens to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// Its payload is on the page.
    Rendered,
    /// The gate has no payload for it.
    Absent,
    /// Its payload could not be loaded.
    Failed,
    /// It is loaded once more.
    Retried,
    /// It was on the screen long enough, its heading was focused, or it was marked as read.
    Looked,
}

/// The three blocks of one digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateState {
    digest: Option<Digest>,
    blocks: [BlockState; 3],
}

impl GateState {
    pub const fn new(digest: Option<Digest>) -> Self {
        Self { digest, blocks: [BlockState::Loading; 3] }
    }

    /// The evidence that the blocks are about.
    pub const fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Begins anew where the evidence is other than before; nothing that was seen of the old counts for the new.
    pub fn turn_to(&mut self, digest: Option<Digest>) {
        if self.digest != digest {
            *self = Self::new(digest);
        }
    }

    /// Takes in what happened to a block of the evidence `digest`; what belongs to other evidence is ignored.
    pub fn happen(&mut self, digest: Option<&Digest>, block: Block, happening: Happening) {
        if self.digest.as_ref() == digest {
            let state = &mut self.blocks[block.index()];
            *state = next(*state, happening);
        }
    }

    pub const fn block(&self, block: Block) -> BlockState {
        self.blocks[block.index()]
    }
}

/// A block that was seen stays seen for its digest; one that is not on the page cannot be seen.
const fn next(state: BlockState, happening: Happening) -> BlockState {
    match (happening, state) {
        (_, BlockState::Seen) => BlockState::Seen,
        (Happening::Rendered, _) => BlockState::Shown,
        (Happening::Absent, _) => BlockState::Missing,
        (Happening::Failed, _) => BlockState::Error,
        (Happening::Retried, BlockState::Error) => BlockState::Loading,
        (Happening::Looked, BlockState::Shown) => BlockState::Seen,
        (
            Happening::Retried | Happening::Looked,
            BlockState::Missing | BlockState::Loading | BlockState::Shown,
        )
        | (Happening::Looked, BlockState::Error) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn digest(text: &str) -> Option<Digest> {
        Some(Digest::of(text.as_bytes()))
    }

    fn after(happenings: &[(Block, Happening)]) -> GateState {
        let mut gate = GateState::new(digest("one"));
        for (block, happening) in happenings {
            gate.happen(digest("one").as_ref(), *block, *happening);
        }
        gate
    }

    /// Whether all three blocks of some evidence were seen.
    fn is_seen(gate: &GateState) -> bool {
        gate.digest().is_some() && Block::ALL.iter().all(|block| gate.block(*block) == BlockState::Seen)
    }

    fn read(block: Block) -> [(Block, Happening); 2] {
        [(block, Happening::Rendered), (block, Happening::Looked)]
    }

    #[test]
    fn the_gate_is_seen_when_all_three_blocks_were() {
        let two = [read(Block::Diff), read(Block::Tests)].concat();
        assert!(!is_seen(&after(&two)));
        let three = [two, read(Block::Risk).to_vec()].concat();
        assert!(is_seen(&after(&three)));
    }

    #[test_case(&[Happening::Looked], BlockState::Loading; "what is not on the page cannot be seen")]
    #[test_case(&[Happening::Rendered], BlockState::Shown; "what is rendered is shown")]
    #[test_case(&[Happening::Rendered, Happening::Looked], BlockState::Seen; "what was looked at is seen")]
    #[test_case(&[Happening::Rendered, Happening::Looked, Happening::Rendered], BlockState::Seen; "rendering again does not undo it")]
    #[test_case(&[Happening::Failed, Happening::Looked], BlockState::Error; "a failure cannot be seen")]
    #[test_case(&[Happening::Failed, Happening::Retried], BlockState::Loading; "a failure can be retried")]
    #[test_case(&[Happening::Rendered, Happening::Failed], BlockState::Error; "what fails later is no longer shown")]
    #[test_case(&[Happening::Absent, Happening::Looked], BlockState::Missing; "what is missing cannot be seen")]
    fn a_block_moves(happenings: &[Happening], expected: BlockState) {
        let happenings: Vec<_> = happenings.iter().map(|happening| (Block::Tests, *happening)).collect();
        assert_eq!(after(&happenings).block(Block::Tests), expected);
    }

    #[test]
    fn other_evidence_puts_every_block_back() {
        let mut gate = after(&Block::ALL.map(read).concat());
        gate.turn_to(digest("one"));
        assert!(is_seen(&gate), "the same evidence changes nothing");
        gate.turn_to(digest("two"));
        assert_eq!(Block::ALL.map(|block| gate.block(block)), [BlockState::Loading; 3]);
    }

    #[test]
    fn what_belongs_to_old_evidence_is_ignored() {
        let mut gate = GateState::new(digest("two"));
        gate.happen(digest("one").as_ref(), Block::Diff, Happening::Rendered);
        gate.happen(None, Block::Diff, Happening::Rendered);
        assert_eq!(gate.block(Block::Diff), BlockState::Loading);
    }

    #[test]
    fn a_gate_without_evidence_is_never_seen() {
        let mut gate = GateState::new(None);
        for block in Block::ALL {
            gate.happen(None, block, Happening::Rendered);
            gate.happen(None, block, Happening::Looked);
        }
        assert!(!is_seen(&gate));
    }
}
