//! How often somebody may ask, in bounded memory.
//!
//! What comes without a good token counts for its address: sign-ins, requests with HTTP Basic (each may cost a password's
//! hash), and requests with no or bad credentials. What comes with a good one counts for its user, and for each business
//! where that user holds a role, if the operator sets a rate.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use moka::sync::Cache;
use proofdesk_desk::caller::{Principal, network};

use crate::Client;
use crate::error::ApiError;

/// How many addresses, users and businesses are remembered, of each. Of more, those that are seen seldom are forgotten, and
/// start anew.
const REMEMBERED: u64 = 20_000;

/// So many requests in a second in the long run, and so many at once after a rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests in a second; 0 for as many as they like.
    pub per_second: u32,
    /// Requests at once, at least 1.
    pub burst: u32,
}

/// How often each may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// One address, without a good token.
    pub address: Rate,
    /// One user.
    pub principal: Rate,
    /// All users of one business together, so that one can't slow the others down.
    pub business: Rate,
}

/// Counts who asks how often. Its clock only goes forward: one that is set back would shut everybody out.
pub struct Rates<C: Clock = MonotonicClock> {
    address: Option<Meter<u128, C>>,
    principal: Option<Meter<i64, C>>,
    business: Option<Meter<i64, C>>,
}

type Meter<K, C> = (RateLimiter<K, Remembered<K>, C, NoOpMiddleware<<C as Clock>::Instant>>, C);

impl Rates {
    /// Counts, and lets through what is allowed.
    pub fn new(allowed: Allowed) -> Self {
        Self::with_clock(allowed, &MonotonicClock)
    }
}

impl<C: Clock + Clone> Rates<C> {
    fn with_clock(allowed: Allowed, clock: &C) -> Self {
        Self {
            address: meter(allowed.address, clock),
            principal: meter(allowed.principal, clock),
            business: meter(allowed.business, clock),
        }
    }

    /// Counts a request that nobody has shown a token for.
    pub(crate) fn count_address(&self, client: Option<&Client>) -> Result<(), ApiError> {
        match (&self.address, client) {
            (Some(meter), Some(client)) => count(meter, &network(client.address.ip()), "address"),
            _ => Ok(()),
        }
    }

    /// Counts a request of a user, and of the businesses that the user works for.
    pub(crate) fn count_principal(&self, principal: &Principal) -> Result<(), ApiError> {
        if let (Some(meter), Some(user)) = (&self.principal, principal.user_id) {
            count(meter, &user, "principal")?;
        }
        let Some(meter) = &self.business else { return Ok(()) };
        principal.businesses().iter().try_for_each(|business| count(meter, business, "business"))
    }
}

fn meter<K: Clone + Eq + Hash + Send + Sync + 'static, C: Clock + Clone>(
    rate: Rate,
    clock: &C,
) -> Option<Meter<K, C>> {
    let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::per_second(NonZeroU32::new(rate.per_second)?).allow_burst(burst);
    let remembered = Remembered(Cache::new(REMEMBERED));
    Some((RateLimiter::new(quota, remembered, clock.clone()), clock.clone()))
}

fn count<K: Clone + Eq + Hash + Send + Sync + 'static, C: Clock + Clone>(
    (limiter, clock): &Meter<K, C>,
    key: &K,
    by: &'static str,
) -> Result<(), ApiError> {
    limiter.check_key(key).map_err(|refusal| {
        metrics::counter!("http_too_many_total", "by" => by).increment(1);
        ApiError::TooMany(refusal.wait_time_from(clock.now()))
    })
}

/// Whole seconds to wait, at least one.
pub(crate) fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0 || wait.is_zero())
}

/// The state of each key.
struct Remembered<K>(Cache<K, Arc<InMemoryState>>);

impl<K: Clone + Eq + Hash + Send + Sync + 'static> StateStore for Remembered<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let state = self.0.get_with_by_ref(key, Arc::default);
        state.measure_and_replace(&NotKeyed::NonKey, f)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use governor::clock::FakeRelativeClock;
    use proofdesk_domain::roles::Role;

    use super::*;

    const ANY: Rate = Rate { per_second: 0, burst: 1 };
    const FREE: Allowed = Allowed { address: ANY, principal: ANY, business: ANY };

    fn client(address: &str) -> Client {
        Client { address: std::net::SocketAddr::new(address.parse().expect("an address"), 1), unclear: false }
    }

    /// How many of `tries` requests are let through, and how long the last one would have to wait.
    fn passed(rates: &Rates<FakeRelativeClock>, address: &str, tries: u32) -> (u32, Option<u64>) {
        let outcomes = (0..tries).map(|_| rates.count_address(Some(&client(address))));
        let mut wait = None;
        let count = outcomes.filter(|outcome| match outcome {
            Err(ApiError::TooMany(time)) => {
                wait = Some(seconds(*time));
                false
            }
            _ => true,
        });
        (count.count() as u32, wait)
    }

    #[test]
    fn a_burst_then_the_rate() {
        let clock = FakeRelativeClock::default();
        let rates = Rates::with_clock(Allowed { address: Rate { per_second: 2, burst: 5 }, ..FREE }, &clock);
        assert_eq!(passed(&rates, "192.0.2.1", 5), (5, None));
        assert_eq!(passed(&rates, "192.0.2.1", 3), (0, Some(1)));
        assert_eq!(passed(&rates, "192.0.2.2", 5), (5, None), "another address");
        clock.advance(Duration::from_secs(1));
        assert_eq!(passed(&rates, "192.0.2.1", 5), (2, Some(1)));
        clock.advance(Duration::from_mins(1));
        assert_eq!(passed(&rates, "192.0.2.1", 9), (5, Some(1)));
        assert!((0..100).all(|_| rates.count_principal(&clerk(1, &[1])).is_ok()), "0 is no limit");
        assert!((0..100).all(|_| rates.count_address(None).is_ok()));
    }

    /// A user with a role at these businesses, twice at each.
    fn clerk(user: i64, businesses: &[i64]) -> Principal {
        let roles = || Role::all().take(2);
        let held = businesses.iter().flat_map(|business| roles().map(|role| (role, *business)));
        Principal::with_roles(user, "clerk@example.com", held)
    }

    #[test]
    fn users_are_told_apart() {
        let rates = Rates::with_clock(
            Allowed { principal: Rate { per_second: 1, burst: 2 }, ..FREE },
            &FakeRelativeClock::default(),
        );
        let tried = |who: &Principal| (0..5).filter(|_| rates.count_principal(who).is_ok()).count();
        let desk = Principal::unrestricted(None, "proofdesk");
        let (one, two) = (clerk(1, &[1]), clerk(2, &[1]));
        assert_eq!((tried(&one), tried(&two), tried(&one), tried(&desk)), (2, 2, 0, 5));
    }

    #[test]
    fn a_business_counts_as_one_and_slows_no_other() {
        let rates = Rates::with_clock(
            Allowed { business: Rate { per_second: 1, burst: 4 }, ..FREE },
            &FakeRelativeClock::default(),
        );
        let tried = |who: &Principal| (0..9).filter(|_| rates.count_principal(who).is_ok()).count();
        assert_eq!(tried(&clerk(1, &[7])), 4, "once a request, however many roles");
        assert_eq!(tried(&clerk(2, &[7])), 0, "a colleague");
        assert_eq!(tried(&clerk(3, &[8])), 4, "another business");
        assert_eq!(tried(&clerk(4, &[7, 9])), 0, "one of whose two businesses asks too often");
        assert_eq!(tried(&clerk(5, &[])), 9, "of no business");
        assert_eq!(tried(&Principal::unrestricted(Some(6), "admin@example.com")), 9, "of all of them");
    }

    #[test]
    fn ipv6_counts_by_the_customer() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_ne!(of("0.0.0.0"), of("::"));
    }

    #[test]
    fn many_addresses_take_bounded_memory() {
        let clock = FakeRelativeClock::default();
        let rates = Rates::with_clock(Allowed { address: Rate { per_second: 1, burst: 1 }, ..FREE }, &clock);
        for number in 0..4 * REMEMBERED as u32 {
            let address = IpAddr::V4(number.into());
            let _ = rates.count_address(Some(&Client { address: (address, 1).into(), unclear: false }));
        }
        let (limiter, _) = rates.address.expect("a meter");
        let Remembered(states) = limiter.into_state_store();
        states.run_pending_tasks();
        assert!((1..=REMEMBERED).contains(&states.entry_count()));
    }

    #[test]
    fn waits_are_whole_seconds() {
        let of = |millis| seconds(Duration::from_millis(millis));
        assert_eq!((of(0), of(1), of(999), of(1000), of(1001)), (1, 1, 1, 1, 2));
    }
}
