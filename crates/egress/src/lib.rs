//! The one gateway for everything that leaves the process.
//!
//! A customer hands in a URL, and the desk downloads what is there. Whoever writes that URL could otherwise make the desk ask
//! its own network: the metadata service of the cloud, a database without a password, the desk itself. So every request passes
//! the same steps, each hop of a redirect anew:
//!
//! 1. The text: [`MAX_URL_CHARS`], `https` (or `http` where opened), no credentials.
//! 2. The name is resolved once; every address of the answer is checked, and one bad address refuses all.
//! 3. The connection goes to a checked address, and the socket's peer is checked again before a byte is sent.
//! 4. Limits on head, body, time and rate hold while the answer streams.
//!
//! What is refused and why is in `docs/egress.md`. No other crate may open an outbound socket (`clippy.toml`).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use futures::TryStreamExt as _;
//! use proofdesk_egress::{Gateway, Policy, Trust};
//!
//! let gateway = Gateway::new(Policy::default(), &Trust::System)?;
//! let mut fetched = gateway.fetch("https://files.example.net/passport.jpg").await?;
//! while let Some(bytes) = fetched.body.try_next().await? {
//!     // Hand on each piece; none of it is kept here.
//! }
//! # Ok(())
//! # }
//! ```

mod address;
mod body;
mod call;
mod connect;
mod error;
mod exchange;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod gateway;
mod pace;
mod policy;
mod report;
mod rule;
mod service;
mod surroundings;
mod target;
mod tls;
mod wire;

pub use address::{AddressClass, is_global, special_class};
pub use body::Body;
pub use call::{Call, Called, MAX_ANSWER_BYTES, MAX_SENT_BYTES};
pub use error::{FetchError, PublicClass, RedirectFault, Refusal, Stage, TlsFault, UrlFault};
pub use gateway::{Fetched, Gateway};
pub use policy::{Limits, Policy};
pub use report::{FetchReport, Report, Verdict};
pub use rule::{AllowRule, DenyRule, RuleError};
pub use service::{Channel, Service, ServiceError};
pub use surroundings::{BindProbe, OwnAddresses, Resolve, Surroundings, SystemResolver};
pub use target::MAX_URL_CHARS;
pub use tls::{SetupError, Trust};
