//! How a picture is turned and mirrored to stand upright (EXIF 2.32, tag 0x0112).

/// One of the eight orientations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Orientation {
    /// Rows and columns change places, first.
    swapped: bool,
    /// Then left and right of the picture that is looked at change places.
    mirrored: bool,
    /// Then top and bottom.
    flipped: bool,
}

impl Orientation {
    /// As it is.
    pub(crate) const UPRIGHT: Self = Self { swapped: false, mirrored: false, flipped: false };

    /// The orientation with a number of EXIF; as it is, for any other number.
    pub(crate) const fn from_exif(number: u8) -> Self {
        let (swapped, mirrored, flipped) = match number {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { swapped, mirrored, flipped }
    }

    /// A turn to the left by so many quarters.
    pub(crate) const fn turned_left(quarters: u8) -> Self {
        Self::from_exif([1, 8, 3, 6][(quarters % 4) as usize])
    }

    /// The size that a picture of this stored size is looked at.
    pub(crate) const fn size(self, width: u32, height: u32) -> (u32, u32) {
        if self.swapped { (height, width) } else { (width, height) }
    }

    /// Where in the stored picture of this size a pixel of the upright one lies.
    pub(crate) const fn source(self, x: u32, y: u32, width: u32, height: u32) -> (u32, u32) {
        let (wide, high) = self.size(width, height);
        let x = if self.mirrored { wide - 1 - x } else { x };
        let y = if self.flipped { high - 1 - y } else { y };
        if self.swapped { (y, x) } else { (x, y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the stored picture's first pixel is seen, by the names that EXIF gives: row 0 is at the, column 0 is at the.
    #[test]
    fn the_first_pixel_is_where_exif_says() {
        let seen = |number: u8| {
            let orientation = Orientation::from_exif(number);
            let (wide, high) = orientation.size(3, 2);
            let all = (0..high).flat_map(|y| (0..wide).map(move |x| (x, y)));
            let mut first = all.filter(|(x, y)| orientation.source(*x, *y, 3, 2) == (0, 0));
            let (x, y) = first.next().expect("a pixel");
            (x == wide - 1, y == high - 1)
        };
        // (right?, bottom?)
        let expected = [(false, false), (true, false), (true, true), (false, true)];
        for (number, corner) in (1..=4).zip(expected) {
            assert_eq!(seen(number), corner, "{number}");
        }
        let expected = [(false, false), (true, false), (true, true), (false, true)];
        for (number, corner) in (5..=8).zip(expected) {
            assert_eq!(seen(number), corner, "{number}");
        }
    }

    #[test]
    fn four_turns_are_none() {
        assert_eq!(Orientation::turned_left(4), Orientation::UPRIGHT);
        assert_eq!(Orientation::turned_left(1), Orientation::from_exif(8));
    }
}
