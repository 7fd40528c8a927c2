//! The lifecycle under pressure, by calling the verbs themselves: decisions that meet, and long random walks.

mod machine;
mod races;
