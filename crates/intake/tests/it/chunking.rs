//! How the bytes are cut into pieces makes no difference.

use proptest::prelude::*;

use crate::samples::{self, jpeg};
use crate::{take, take_pieces};

#[test]
fn byte_by_byte() {
    for file in samples::all() {
        assert_eq!(take_pieces(file.chunks(1)), take(&file));
    }
}

#[test]
fn empty_pieces_and_fill_bytes() {
    let mut file = jpeg::with_before(0xDA, &[0xFF, 0xFF, 0xFF]);
    let at = file.len() - 2;
    file.splice(at..at, [0xFF; 9]);
    let pieces = file.chunks(1).flat_map(|piece| [piece, &[]]);
    let taken = take_pieces(pieces).unwrap();
    assert_eq!(taken.kept, take(&jpeg::plain()).unwrap().kept, "fill bytes are dropped");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_cut(which in 0..samples::all().len(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
               flip in any::<Option<prop::sample::Index>>()) {
        let mut file = samples::all().swap_remove(which);
        if let Some(flip) = flip {
            let at = flip.index(file.len());
            file[at] ^= 0x10;
        }
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(file.len())).collect();
        at.extend([0, file.len()]);
        at.sort_unstable();
        let pieces = at.windows(2).map(|pair| &file[pair[0]..pair[1]]);
        prop_assert_eq!(take_pieces(pieces), take(&file));
    }
}
