//! A sorted set that knows the number of each of its members: a B-tree with counts. It is
//! persistent: a clone costs nothing, and a change copies one path. Knows nothing of alerts.

use std::slice;
use std::sync::Arc;

/// Members of a leaf, and children of a branch, at the most.
const MOST: usize = 64;
/// With fewer than this a node is joined with a neighbour.
const FEW: usize = MOST / 4;
/// How full nodes are that are built at once, so that the first changes need not split them.
const FILLED: usize = MOST / 4 * 3;

/// The set; see the module.
#[derive(Clone, Debug)]
pub struct Ranked<T> {
    root: Arc<Node<T>>,
    len: usize,
}

#[derive(Clone, Debug)]
enum Node<T> {
    Leaf(Vec<T>),
    Branch(Vec<Child<T>>),
}

#[derive(Clone, Debug)]
struct Child<T> {
    /// Its last member.
    last: T,
    /// How many members it has.
    len: usize,
    node: Arc<Node<T>>,
}

impl<T> Default for Ranked<T> {
    fn default() -> Self {
        Ranked { root: Arc::new(Node::Leaf(Vec::new())), len: 0 }
    }
}

impl<T: Ord + Copy> Ranked<T> {
    /// The set of `members`, in whatever order and however often they come.
    pub fn of(mut members: Vec<T>) -> Ranked<T> {
        members.sort_unstable();
        members.dedup();
        let len = members.len();
        let leaves = members.chunks(FILLED).map(|members| Node::Leaf(members.to_vec()));
        let mut nodes: Vec<Node<T>> = leaves.collect();
        while nodes.len() > 1 {
            let children: Vec<Child<T>> = nodes.into_iter().filter_map(Child::of).collect();
            nodes = children.chunks(FILLED).map(|some| Node::Branch(some.to_vec())).collect();
        }
        let root = nodes.pop().unwrap_or(Node::Leaf(Vec::new()));
        Ranked { root: Arc::new(root), len }
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The member of this number, counted from 0.
    pub fn get(&self, number: usize) -> Option<T> {
        self.from(number).next()
    }

    /// How many members come before `value`, whether or not it is one.
    pub fn before(&self, value: &T) -> usize {
        let mut before = 0;
        let mut node = self.root.as_ref();
        loop {
            match node {
                Node::Leaf(members) => {
                    return before + members.partition_point(|member| member < value);
                }
                Node::Branch(children) => {
                    let at = children.partition_point(|child| child.last < *value);
                    before += children.iter().take(at).map(|child| child.len).sum::<usize>();
                    let Some(child) = children.get(at) else { return before };
                    node = &child.node;
                }
            }
        }
    }

    /// The number of `value`, if it is a member.
    pub fn number(&self, value: &T) -> Option<usize> {
        let before = self.before(value);
        (self.get(before) == Some(*value)).then_some(before)
    }

    /// The members from this number on.
    pub fn from(&self, number: usize) -> Members<'_, T> {
        let mut from = Members { above: Vec::new(), leaf: [].iter() };
        let mut skip = number;
        let mut node = self.root.as_ref();
        loop {
            match node {
                Node::Leaf(members) => {
                    from.leaf = members.get(skip..).unwrap_or_default().iter();
                    return from;
                }
                Node::Branch(children) => {
                    let mut children = children.iter();
                    let child = children.by_ref().find(|child| {
                        let within = skip < child.len;
                        skip -= if within { 0 } else { child.len };
                        within
                    });
                    let Some(child) = child else { return from };
                    from.above.push(children);
                    node = &child.node;
                }
            }
        }
    }

    /// Puts a member in; says whether it is new.
    pub fn insert(&mut self, value: T) -> bool {
        if self.number(&value).is_some() {
            return false;
        }
        self.len += 1;
        let root = Arc::make_mut(&mut self.root);
        if let Some(right) = root.insert(value) {
            let left = std::mem::replace(root, Node::Leaf(Vec::new()));
            *root = Node::Branch([left, right].into_iter().filter_map(Child::of).collect());
        }
        true
    }

    /// Takes a member out; says whether it was one.
    pub fn remove(&mut self, value: &T) -> bool {
        if self.number(value).is_none() {
            return false;
        }
        self.len -= 1;
        let root = Arc::make_mut(&mut self.root);
        root.remove(value);
        if let Node::Branch(children) = root
            && children.len() < 2
        {
            self.root =
                children.pop().map_or_else(|| Arc::new(Node::Leaf(Vec::new())), |only| only.node);
        }
        true
    }
}

impl<T: Ord + Copy> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.root, &other.root)
            || (self.len == other.len && self.from(0).eq(other.from(0)))
    }
}

impl<T: Ord + Copy> Node<T> {
    fn last(&self) -> Option<T> {
        match self {
            Node::Leaf(members) => members.last().copied(),
            Node::Branch(children) => children.last().map(|child| child.last),
        }
    }

    fn len(&self) -> usize {
        match self {
            Node::Leaf(members) => members.len(),
            Node::Branch(children) => children.iter().map(|child| child.len).sum(),
        }
    }

    fn is_small(&self) -> bool {
        match self {
            Node::Leaf(members) => members.len() < FEW,
            Node::Branch(children) => children.len() < FEW,
        }
    }

    /// Puts in what is no member yet. What this node has no room for is given back as the one
    /// after it.
    fn insert(&mut self, value: T) -> Option<Node<T>> {
        match self {
            Node::Leaf(members) => {
                let at = members.partition_point(|member| *member < value);
                members.insert(at, value);
            }
            Node::Branch(children) => {
                let last = children.len().saturating_sub(1);
                let at = children.partition_point(|child| child.last < value).min(last);
                let child = children.get_mut(at)?;
                let right = Arc::make_mut(&mut child.node).insert(value);
                child.count();
                if let Some(right) = right.and_then(Child::of) {
                    children.insert(at + 1, right);
                }
            }
        }
        self.split()
    }

    fn split(&mut self) -> Option<Node<T>> {
        match self {
            Node::Leaf(members) if members.len() > MOST => {
                Some(Node::Leaf(members.split_off(members.len() / 2)))
            }
            Node::Branch(children) if children.len() > MOST => {
                Some(Node::Branch(children.split_off(children.len() / 2)))
            }
            Node::Leaf(_) | Node::Branch(_) => None,
        }
    }

    fn remove(&mut self, value: &T) {
        match self {
            Node::Leaf(members) => {
                if let Ok(at) = members.binary_search(value) {
                    members.remove(at);
                }
            }
            Node::Branch(children) => {
                let at = children.partition_point(|child| child.last < *value);
                let Some(child) = children.get_mut(at) else { return };
                Arc::make_mut(&mut child.node).remove(value);
                child.count();
                if child.node.is_small() {
                    join(children, at);
                }
            }
        }
    }

    /// Takes over everything of the node after it, which is of the same height.
    fn append(&mut self, after: Node<T>) {
        match (self, after) {
            (Node::Leaf(members), Node::Leaf(more)) => members.extend(more),
            (Node::Branch(children), Node::Branch(more)) => children.extend(more),
            (Node::Leaf(_), Node::Branch(_)) | (Node::Branch(_), Node::Leaf(_)) => {}
        }
    }
}

/// Joins the small child at `at` with a neighbour, and parts them again where they are too much for
/// one.
fn join<T: Ord + Copy>(children: &mut Vec<Child<T>>, at: usize) {
    let left = at.saturating_sub(1);
    if children.len() < 2 {
        children.retain(|child| child.len > 0);
        return;
    }
    let after = children.remove(left + 1);
    let Some(child) = children.get_mut(left) else { return };
    let node = Arc::make_mut(&mut child.node);
    node.append(Arc::unwrap_or_clone(after.node));
    let right = node.split();
    child.count();
    if let Some(right) = right.and_then(Child::of) {
        children.insert(left + 1, right);
    }
    children.retain(|child| child.len > 0);
}

impl<T: Ord + Copy> Child<T> {
    fn of(node: Node<T>) -> Option<Child<T>> {
        Some(Child { last: node.last()?, len: node.len(), node: Arc::new(node) })
    }

    fn count(&mut self) {
        self.len = self.node.len();
        self.last = self.node.last().unwrap_or(self.last);
    }
}

/// Members in their order.
#[derive(Clone, Debug)]
pub struct Members<'a, T> {
    above: Vec<slice::Iter<'a, Child<T>>>,
    leaf: slice::Iter<'a, T>,
}

impl<T: Copy> Iterator for Members<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(member) = self.leaf.next() {
                #[cfg(test)]
                looked::LOOKED.set(looked::LOOKED.get() + 1);
                return Some(*member);
            }
            let Some(child) = self.above.last_mut()?.next() else {
                self.above.pop();
                continue;
            };
            match child.node.as_ref() {
                Node::Leaf(members) => self.leaf = members.iter(),
                Node::Branch(children) => self.above.push(children.iter()),
            }
        }
    }
}

/// How many members were looked at, for tests of what a key costs.
#[cfg(test)]
pub(crate) mod looked {
    use std::cell::Cell;

    thread_local! {
        pub(super) static LOOKED: Cell<usize> = const { Cell::new(0) };
    }

    /// How many members `doing` looks at.
    pub(crate) fn within(doing: impl FnOnce()) -> usize {
        let before = LOOKED.get();
        doing();
        LOOKED.get() - before
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn height<T: Ord + Copy + std::fmt::Debug>(node: &Node<T>) -> usize {
        match node {
            Node::Leaf(_) => 1,
            Node::Branch(children) => {
                let heights: BTreeSet<usize> =
                    children.iter().map(|child| height(&child.node)).collect();
                assert_eq!(heights.len(), 1, "all leaves are equally deep");
                assert!(children.len() <= MOST);
                for child in children {
                    assert_eq!(
                        (Some(child.last), child.len),
                        (child.node.last(), child.node.len())
                    );
                }
                1 + heights.first().unwrap()
            }
        }
    }

    fn same(ranked: &Ranked<u32>, naive: &BTreeSet<u32>) {
        assert!(ranked.from(0).eq(naive.iter().copied()));
        assert_eq!(ranked.len(), naive.len());
        for (number, member) in naive.iter().enumerate().step_by(17) {
            assert_eq!(ranked.number(member), Some(number));
            assert_eq!(ranked.get(number), Some(*member));
            assert_eq!(ranked.before(&(member + 1)), number + 1);
        }
        assert_eq!(ranked.get(naive.len()), None);
        height(&ranked.root);
    }

    proptest! {
        #[test]
        fn it_says_what_a_sorted_list_says_and_a_clone_does_not_change(
            begun in prop::collection::vec(0u32..20_000, 0..8_000),
            steps in prop::collection::vec((any::<bool>(), 0u32..20_000, 1u32..2_000), 1..12),
        ) {
            let mut naive: BTreeSet<u32> = begun.iter().copied().collect();
            let mut ranked = Ranked::of(begun);
            same(&ranked, &naive);
            for (add, from, count) in steps {
                let (before, was) = (ranked.clone(), naive.clone());
                for value in from..from + count {
                    let changed = if add {
                        (ranked.insert(value), naive.insert(value))
                    } else {
                        (ranked.remove(&value), naive.remove(&value))
                    };
                    prop_assert_eq!(changed.0, changed.1);
                }
                same(&ranked, &naive);
                same(&before, &was);
                prop_assert_eq!(before == ranked, was == naive);
            }
        }
    }

    #[test]
    fn a_set_that_is_emptied_is_as_low_as_a_new_one() {
        let mut ranked: Ranked<u32> = Ranked::of((0..50_000).collect());
        assert!(height(&ranked.root) > 2);
        for value in 0..49_999 {
            ranked.remove(&((value * 7_919) % 50_000));
        }
        assert_eq!((ranked.len(), height(&ranked.root)), (1, 1));
    }
}
