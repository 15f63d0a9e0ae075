//! The steps as a graph: who waits for whom, and in which order they run.

use super::StepKey;
use std::collections::{BTreeSet, VecDeque};

/// Steps by their position in the document, with the positions of what each needs.
pub(super) struct Graph {
    needs: Vec<BTreeSet<usize>>,
    ancestors: Vec<BTreeSet<usize>>,
}

impl Graph {
    pub(super) fn new(needs: Vec<BTreeSet<usize>>) -> Self {
        let ancestors = (0..needs.len()).map(|step| ancestors_of(&needs, step)).collect();
        Self { needs, ancestors }
    }

    /// Whether `ancestor` always succeeds before `step` starts.
    pub(super) fn is_ancestor(&self, ancestor: usize, step: usize) -> bool {
        self.ancestors[step].contains(&ancestor)
    }

    /// One path per group of steps that wait for each other; it starts and ends at the group's first step.
    pub(super) fn cycles(&self) -> Vec<Vec<usize>> {
        let mut told: BTreeSet<usize> = BTreeSet::new();
        let mut cycles = Vec::new();
        for step in (0..self.needs.len()).filter(|&step| self.is_ancestor(step, step)) {
            if told.contains(&step) {
                continue;
            }
            let group = |&other: &usize| self.is_ancestor(step, other);
            told.extend(self.ancestors[step].iter().copied().filter(group));
            cycles.push(self.path_back(step));
        }
        cycles
    }

    /// Steps outside every cycle that wait for one and so never start.
    pub(super) fn unreachable(&self) -> Vec<usize> {
        let in_cycle = |step: usize| self.is_ancestor(step, step);
        (0..self.needs.len())
            .filter(|&step| !in_cycle(step) && self.ancestors[step].iter().any(|&other| in_cycle(other)))
            .collect()
    }

    /// The positions in execution order: topological, ties in the order written. Steps on a cycle are left out.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::with_capacity(self.needs.len());
        let mut waiting: BTreeSet<usize> = (0..self.needs.len()).collect();
        while let Some(step) = waiting.iter().copied().find(|&step| self.needs[step].is_disjoint(&waiting)) {
            waiting.remove(&step);
            order.push(step);
        }
        order
    }

    /// A route from a first step to `target` that meets no step of `gates`, when there is one.
    pub(super) fn route_around(&self, target: usize, gates: &BTreeSet<usize>) -> Option<Vec<usize>> {
        self.shortest(target, |step| self.needs[step].is_empty(), gates).map(|mut route| {
            route.reverse();
            route
        })
    }

    fn path_back(&self, start: usize) -> Vec<usize> {
        let back = |step: usize| self.needs[step].contains(&start);
        let mut path = self.shortest(start, back, &BTreeSet::new()).unwrap_or_else(|| vec![start]);
        path.push(start);
        path
    }

    /// The shortest way along `needs` from `start` to a step that `is_end` accepts.
    fn shortest(
        &self,
        start: usize,
        is_end: impl Fn(usize) -> bool,
        avoid: &BTreeSet<usize>,
    ) -> Option<Vec<usize>> {
        let mut seen = BTreeSet::from([start]);
        let mut queue = VecDeque::from([vec![start]]);
        while let Some(path) = queue.pop_front() {
            let &last = path.last()?;
            if is_end(last) {
                return Some(path);
            }
            for &next in self.needs[last].difference(avoid) {
                if seen.insert(next) {
                    queue.push_back(path.iter().copied().chain([next]).collect());
                }
            }
        }
        None
    }
}

fn ancestors_of(needs: &[BTreeSet<usize>], step: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open: Vec<usize> = needs[step].iter().copied().collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(&needs[next]);
        }
    }
    found
}

/// Steps as people read them: `a → b → c`.
pub(super) fn route_text<'a>(route: impl IntoIterator<Item = &'a StepKey>) -> String {
    route.into_iter().map(StepKey::as_str).collect::<Vec<_>>().join(" → ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(needs: &[&[usize]]) -> Graph {
        Graph::new(needs.iter().map(|needs| needs.iter().copied().collect()).collect())
    }

    #[test]
    fn the_order_is_topological_and_ties_stay_as_written() {
        assert_eq!(graph(&[&[], &[0], &[1]]).order(), [0, 1, 2]);
        assert_eq!(graph(&[&[2], &[], &[]]).order(), [1, 2, 0]);
        assert_eq!(graph(&[&[], &[3], &[], &[0]]).order(), [0, 2, 3, 1]);
    }

    #[test]
    fn each_group_that_waits_for_itself_is_told_once() {
        let graph = graph(&[&[1], &[2], &[0], &[4], &[3], &[5], &[2]]);
        assert_eq!(graph.cycles(), [vec![0, 1, 2, 0], vec![3, 4, 3], vec![5, 5]]);
        assert_eq!(graph.unreachable(), [6]);
        assert_eq!(graph.order(), Vec::<usize>::new());
    }

    #[test]
    fn a_route_around_the_gates_is_found_when_there_is_one() {
        let gates = BTreeSet::from([1]);
        assert_eq!(graph(&[&[], &[0], &[1]]).route_around(2, &gates), None);
        assert_eq!(graph(&[&[], &[0], &[1, 0]]).route_around(2, &gates), Some(vec![0, 2]));
        assert_eq!(graph(&[&[], &[0], &[]]).route_around(2, &gates), Some(vec![2]));
    }
}
