//! Writes HEIF files by the box (ISO/IEC 14496-12, ISO/IEC 23008-12), good ones and others, around pictures of HEVC.

use heifer::heifer_hevc_enc::encoder::{EncoderConfig, Planes16, encode_picture16};
use heifer::heifer_isobmff::HeifFile;
use image::RgbImage;

pub(crate) fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
}

fn full(kind: &[u8; 4], version: u8, flags: u8, content: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, flags], content].concat())
}

/// The size that is stated of an item.
pub(crate) fn size(width: u32, height: u32) -> Vec<u8> {
    full(b"ispe", 0, 0, &[width.to_be_bytes(), height.to_be_bytes()].concat())
}

/// A turn to the left by so many quarters.
pub(crate) fn turn(quarters: u8) -> Vec<u8> {
    boxed(b"irot", &[quarters])
}

/// 0: top and bottom change places; 1: left and right.
pub(crate) fn mirror(axis: u8) -> Vec<u8> {
    boxed(b"imir", &[axis])
}

/// The part that is to be seen: its size, and how far its middle is from the picture's.
pub(crate) fn aperture((width, height): (u32, u32), (right, down): (i32, i32)) -> Vec<u8> {
    let whole = |number: [u8; 4]| [number, 1_u32.to_be_bytes()].concat();
    let sizes = [whole(width.to_be_bytes()), whole(height.to_be_bytes())];
    boxed(b"clap", &[sizes.concat(), whole(right.to_be_bytes()), whole(down.to_be_bytes())].concat())
}

/// What an auxiliary picture is.
pub(crate) fn auxiliary(urn: &str) -> Vec<u8> {
    full(b"auxC", 0, 0, &[urn.as_bytes(), b"\0"].concat())
}

/// How tiles are put together (ISO/IEC 23008-12, 6.6.2.3).
pub(crate) fn layout(rows: u16, columns: u16, width: u32, height: u32) -> Vec<u8> {
    let counts = [0, 1, (rows - 1) as u8, (columns - 1) as u8];
    [&counts[..], &width.to_be_bytes(), &height.to_be_bytes()].concat()
}

/// An item of a file.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) kind: [u8; 4],
    pub(crate) data: Vec<u8>,
    /// Whether its data lies in the description, as a grid's does, and not with the pictures'.
    pub(crate) within: bool,
    pub(crate) hidden: bool,
    /// What follows the item's name: the type of a `mime` item.
    pub(crate) about: Vec<u8>,
    /// In the order in which they hold.
    pub(crate) properties: Vec<Vec<u8>>,
}

impl Item {
    pub(crate) fn of(kind: &[u8; 4], data: Vec<u8>) -> Self {
        let (about, properties) = (Vec::new(), Vec::new());
        Self { kind: *kind, data, within: false, hidden: false, about, properties }
    }

    /// A picture of its own, of at most 512 pixels each way.
    pub(crate) fn picture(picture: &RgbImage) -> Self {
        let (width, height) = picture.dimensions();
        let options = heifer::EncodeOptions { quality: 95, max_threads: 1 };
        let file = heifer::encode_rgb8(width, height, picture, &options).expect("a HEIC");
        let read = HeifFile::parse(&file).expect("its boxes");
        let data = read.item_data(read.primary_id).expect("its picture").into_owned();
        let at = file.windows(4).position(|window| window == b"hvcC").expect("its parameters") - 4;
        let length = u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize;
        Self::of(b"hvc1", data).with(file[at..at + length].to_vec()).with(size(width, height))
    }

    /// One picture of so many pixels, of one grey, which is next to nothing coded.
    pub(crate) fn large(width: u32, height: u32) -> Self {
        let (count, quarter) = ((width * height) as usize, (width / 2 * (height / 2)) as usize);
        let (y, c) = (vec![128_u16; count], vec![128_u16; quarter]);
        let planes = Planes16 { y: &y, chroma: Some((&c, &c)), bit_depth: 8 };
        let coded = encode_picture16(width, height, planes, &EncoderConfig::default()).expect("a picture");
        let unit = |unit: &Vec<u8>| [&(unit.len() as u32).to_be_bytes()[..], unit].concat();
        let set =
            |unit: &Vec<u8>| [&[unit[0] >> 1, 0, 1][..], &(unit.len() as u16).to_be_bytes(), unit].concat();
        let head = &Self::picture(&RgbImage::new(64, 64)).properties[0][8..30];
        let sets: Vec<u8> = coded.parameter_sets.iter().flat_map(set).collect();
        let config = boxed(b"hvcC", &[head, &[3], &sets].concat());
        let item = Self::of(b"hvc1", coded.slices.iter().flat_map(unit).collect());
        item.with(config).with(size(width, height))
    }

    /// A picture that is put together from others.
    pub(crate) fn grid(rows: u16, columns: u16, width: u32, height: u32) -> Self {
        let grid = Self::of(b"grid", layout(rows, columns, width, height)).with(size(width, height));
        Self { within: true, ..grid }
    }

    pub(crate) fn with(mut self, property: Vec<u8>) -> Self {
        self.properties.push(property);
        self
    }
}

/// A file. Items are numbered from 1, and the first is the picture that is shown.
#[derive(Clone, Default)]
pub(crate) struct File {
    pub(crate) items: Vec<Item>,
    /// What for, from which, to which.
    pub(crate) references: Vec<([u8; 4], u16, Vec<u16>)>,
}

impl File {
    /// A picture of tiles, row by row, that is as large as its tiles but for what is cut off.
    pub(crate) fn of_tiles(picture: &RgbImage, side: u32, beyond: [u8; 3]) -> Self {
        let (width, height) = picture.dimensions();
        let (columns, rows) = (width.div_ceil(side), height.div_ceil(side));
        let mut items = vec![Item::grid(rows as u16, columns as u16, width, height)];
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
            let tile = RgbImage::from_fn(side, side, |x, y| {
                let there = picture.get_pixel_checked(column * side + x, row * side + y);
                there.copied().unwrap_or(image::Rgb(beyond))
            });
            items.push(Item { hidden: true, ..Item::picture(&tile) });
        }
        let tiles = (2..=items.len() as u16).collect();
        Self { items, references: vec![(*b"dimg", 1, tiles)] }
    }

    /// Adds an item that refers to the picture.
    pub(crate) fn beside(mut self, kind: &[u8; 4], item: Item) -> Self {
        self.items.push(item);
        self.references.push((*kind, self.items.len() as u16, vec![1]));
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let start = boxed(b"ftyp", b"heic\0\0\0\0mif1heic");
        // The length of the description doesn't depend on where things lie.
        let before = start.len() + self.meta(0).len() + 8;
        let data = self.items.iter().filter(|item| !item.within).flat_map(|item| item.data.clone());
        let data = boxed(b"mdat", &data.collect::<Vec<_>>());
        [start, self.meta(before as u32), data].concat()
    }

    fn meta(&self, before: u32) -> Vec<u8> {
        let handler = full(b"hdlr", 0, 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0");
        let within = self.items.iter().filter(|item| item.within).flat_map(|item| item.data.clone());
        let parts = [
            handler,
            full(b"pitm", 0, 0, &[0, 1]),
            self.places(before),
            self.entries(),
            self.properties(),
            self.links(),
            boxed(b"idat", &within.collect::<Vec<_>>()),
        ];
        full(b"meta", 0, 0, &parts.concat())
    }

    fn places(&self, before: u32) -> Vec<u8> {
        let mut content = [&[0x44, 0][..], &(self.items.len() as u16).to_be_bytes()].concat();
        let (mut outside, mut inside) = (before, 0);
        for (number, item) in (1_u16..).zip(&self.items) {
            let place = if item.within { &mut inside } else { &mut outside };
            content.extend(number.to_be_bytes());
            content.extend([0, u8::from(item.within), 0, 0, 0, 1]);
            content.extend(place.to_be_bytes());
            content.extend((item.data.len() as u32).to_be_bytes());
            *place += item.data.len() as u32;
        }
        full(b"iloc", 1, 0, &content)
    }

    fn entries(&self) -> Vec<u8> {
        let mut content = (self.items.len() as u16).to_be_bytes().to_vec();
        for (number, item) in (1_u16..).zip(&self.items) {
            let entry = [&number.to_be_bytes()[..], &[0, 0], &item.kind, b"\0", &item.about].concat();
            content.extend(full(b"infe", 2, u8::from(item.hidden), &entry));
        }
        full(b"iinf", 0, 0, &content)
    }

    fn properties(&self) -> Vec<u8> {
        let mut known: Vec<&Vec<u8>> = Vec::new();
        let mut owners = (self.items.len() as u32).to_be_bytes().to_vec();
        for (number, item) in (1_u16..).zip(&self.items) {
            owners.extend(number.to_be_bytes());
            owners.push(item.properties.len() as u8);
            for property in &item.properties {
                let place = known.iter().position(|other| *other == property).unwrap_or_else(|| {
                    known.push(property);
                    known.len() - 1
                });
                owners.extend((0x8000 | (place as u16 + 1)).to_be_bytes());
            }
        }
        let all: Vec<u8> = known.into_iter().flatten().copied().collect();
        boxed(b"iprp", &[boxed(b"ipco", &all), full(b"ipma", 0, 1, &owners)].concat())
    }

    fn links(&self) -> Vec<u8> {
        let link = |(kind, from, to): &([u8; 4], u16, Vec<u16>)| {
            let numbers = to.iter().flat_map(|number| number.to_be_bytes());
            let counts = [from.to_be_bytes(), (to.len() as u16).to_be_bytes()].concat();
            boxed(kind, &[counts, numbers.collect::<Vec<_>>()].concat())
        };
        full(b"iref", 0, 0, &self.references.iter().flat_map(link).collect::<Vec<_>>())
    }
}
