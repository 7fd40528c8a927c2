//! The wire contract, held against the product: a file for each page of it.

mod checks;
