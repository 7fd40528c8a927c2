//! People sign in by OpenID Connect, at an issuer that a test makes say what it likes; and the sessions of the pages.

mod browser;
mod forms;
mod hostile;
mod issuer;
mod people;
mod rights;
mod sessions;
