//! Which files of a diff are unfolded.

/// Rows up to which a whole diff is put on the page.
const WHOLE: usize = 2_000;
/// Rows that are on the page at once where the diff is longer: with at most three nodes a row, under 5,000 nodes.
const AT_ONCE: usize = 1_500;
/// Rows of one file that are on the page at once where the diff is longer.
pub const WINDOW: usize = 500;

/// The unfolded files, in the order in which they were unfolded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    order: Vec<usize>,
    costs: Vec<usize>,
    is_whole: bool,
}

impl Opened {
    /// `rows` are those of each file; `folded` tells which files begin folded whatever their length.
    pub fn new(rows: &[usize], folded: &[bool]) -> Self {
        let is_whole = rows.iter().sum::<usize>() <= WHOLE;
        let costs = rows.iter().map(|rows| if is_whole { *rows } else { (*rows).min(WINDOW) }).collect();
        let mut opened = Self { order: Vec::new(), costs, is_whole };
        for (file, _) in folded.iter().enumerate().filter(|(_, folded)| !**folded) {
            if !is_whole && opened.cost() + opened.costs[file] > AT_ONCE {
                break;
            }
            opened.order.push(file);
        }
        opened
    }

    /// Whether all files can be unfolded at once; else each shows [`WINDOW`] rows at a time.
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }

    pub fn is_open(&self, file: usize) -> bool {
        self.order.contains(&file)
    }

    /// Unfolds a file; where that is too much at once, those that were unfolded first are folded.
    pub fn open(&mut self, file: usize) {
        if self.is_open(file) || file >= self.costs.len() {
            return;
        }
        self.order.push(file);
        while !self.is_whole && self.cost() > AT_ONCE && self.order.len() > 1 {
            self.order.remove(0);
        }
    }

    pub fn close(&mut self, file: usize) {
        self.order.retain(|open| *open != file);
    }

    fn cost(&self) -> usize {
        self.order.iter().filter_map(|file| self.costs.get(*file)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_files(opened: &Opened) -> Vec<usize> {
        (0..opened.costs.len()).filter(|file| opened.is_open(*file)).collect()
    }

    #[test]
    fn a_short_diff_is_unfolded_but_for_what_begins_folded() {
        let mut opened = Opened::new(&[900, 100, 1_000], &[false, true, false]);
        assert_eq!(open_files(&opened), [0, 2]);
        opened.open(1);
        assert_eq!(open_files(&opened), [0, 1, 2], "nothing needs to give way");
    }

    #[test]
    fn a_long_diff_unfolds_as_much_as_the_page_bears() {
        let mut opened = Opened::new(&[400, 9_000, 700, 600], &[false; 4]);
        assert_eq!(open_files(&opened), [0, 1, 2], "a long file counts with its window");
        opened.open(3);
        assert_eq!(open_files(&opened), [1, 2, 3], "the first gives way");
        opened.close(2);
        opened.open(0);
        assert_eq!(open_files(&opened), [0, 1, 3]);
    }

    #[test]
    fn unfolding_what_is_unfolded_or_not_there_changes_nothing() {
        let mut opened = Opened::new(&[10], &[false]);
        let before = opened.clone();
        opened.open(0);
        opened.open(7);
        assert_eq!(opened, before);
    }
}
