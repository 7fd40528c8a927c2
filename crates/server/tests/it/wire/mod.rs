//! The wire contract, held against the product: a file for each page of it.

mod access;
mod accounts;
mod audit;
mod businesses;
mod checks;
mod commands;
mod coworkers;
mod documents;
mod errors;
mod files;
mod four_eyes;
mod lifecycle;
mod lists;
mod oauth;
mod ops;
mod passwords;
mod renditions;
mod roles;
mod tags;
mod tenants;
mod tokens;
mod totp;
mod user_roles;
mod users;
mod utils;
mod writes;
