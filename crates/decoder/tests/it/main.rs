//! The decoder from outside: the child's confinement, the pool, and what is made of pictures.

mod child;
mod confinement;
mod deaths;
mod formats;
mod quality;
mod samples;
