//! The decoder from outside: the child's confinement, the pool, and what is made of pictures.

mod bombs;
mod child;
mod confinement;
mod deaths;
mod formats;
mod hostile;
mod quality;
mod samples;
