//! The Merkle tree over a chain of entries, as RFC 6962 section 2.1 hashes it: a short root stands for every entry so far.
//!
//! Only the right edge of the tree is kept (one hash for each bit of its size), so that it grows in constant space.

use sha2::{Digest as _, Sha256};

use crate::canonical::Digest;

/// A tree of so many leaves. A leaf is the hash of an entry in its chain, and so stands for its text, number and organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    size: i64,
    /// The full subtrees from left to right, each smaller than the one before.
    peaks: Vec<Digest>,
}

impl Tree {
    /// A tree whose size and peaks were kept. `None` when they cannot belong together.
    pub fn of_parts(size: i64, peaks: Vec<Digest>) -> Option<Self> {
        let fits = size >= 0 && usize::try_from(size.count_ones()) == Ok(peaks.len());
        fits.then_some(Self { size, peaks })
    }

    /// How many leaves it has.
    pub fn size(&self) -> i64 {
        self.size
    }

    /// What has to be kept, beside the size, to go on growing it.
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// One more entry, by its hash in the chain.
    pub fn push(&mut self, entry: &Digest) {
        let mut node = hash(0, &[entry.as_bytes()]);
        // Every full subtree at the right edge that is as large as the new one is joined with it.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = parent(&left, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The Merkle tree hash; of no entries, the hash of nothing.
    pub fn root(&self) -> Digest {
        let Some((last, left)) = self.peaks.split_last() else {
            return Digest::from_bytes(Sha256::digest(b"").into());
        };
        left.iter()
            .rev()
            .fold(*last, |right, left| parent(left, &right))
    }
}

fn parent(left: &Digest, right: &Digest) -> Digest {
    hash(1, &[left.as_bytes(), right.as_bytes()])
}

fn hash(domain: u8, parts: &[&[u8; 32]]) -> Digest {
    let mut hash = Sha256::new();
    hash.update([domain]);
    for part in parts {
        hash.update(part);
    }
    Digest::from_bytes(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6962 section 2.1, word for word: split at the largest power of two below the size.
    fn by_the_book(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::from_bytes(Sha256::digest(b"").into()),
            [leaf] => hash(0, &[leaf.as_bytes()]),
            leaves => {
                let mut at = 1;
                while at * 2 < leaves.len() {
                    at *= 2;
                }
                let (left, right) = leaves.split_at(at);
                parent(&by_the_book(left), &by_the_book(right))
            }
        }
    }

    fn leaf(number: usize) -> Digest {
        Digest::of("test", &[&number.to_be_bytes()])
    }

    #[test]
    fn a_root_is_what_the_rfc_says_for_every_size() {
        let leaves: Vec<Digest> = (0..200).map(leaf).collect();
        let mut tree = Tree::default();
        for size in 0..=leaves.len() {
            assert_eq!(tree.root(), by_the_book(&leaves[..size]), "{size}");
            if let Some(leaf) = leaves.get(size) {
                tree.push(leaf);
            }
        }
    }

    #[test]
    fn the_root_of_nothing_is_the_published_one() {
        let root = Tree::default().root().to_string();
        assert_eq!(
            root,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    proptest! {
        #[test]
        fn a_tree_goes_on_growing_from_its_parts(first in 0usize..300, more in 0usize..300) {
            let mut whole = Tree::default();
            (0..first).for_each(|number| whole.push(&leaf(number)));
            let mut later = Tree::of_parts(whole.size(), whole.peaks().to_vec()).expect("its own parts");
            for number in first..first + more {
                whole.push(&leaf(number));
                later.push(&leaf(number));
            }
            prop_assert_eq!(whole, later);
        }
    }

    #[test]
    fn parts_that_do_not_belong_together_make_no_tree() {
        assert_eq!(Tree::of_parts(3, vec![leaf(1)]), None);
        assert_eq!(Tree::of_parts(-1, vec![]), None);
    }
}
