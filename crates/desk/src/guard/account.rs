//! The rules for one account. Times are milliseconds since 1970.

/// How long a wrong password counts.
pub(super) const WINDOW: i64 = 15 * 60 * 1000;
/// Wrong passwords in that time, from everywhere.
pub(super) const MOST: usize = 10;
/// Of those, from where the user never signed in.
pub(super) const MOST_OF_STRANGERS: usize = 6;
/// Wrong passwords before there is a delay: people mistype.
const FREE: usize = 4;
/// The first delay; each further one is twice as long.
const DELAY: i64 = 30 * 1000;
/// How long a network stays known after a sign-in.
const KNOWN_FOR: i64 = 30 * 24 * 3600 * 1000;
/// Networks that are known of one account: home, work, a phone's, some more.
const MOST_KNOWN: usize = 8;

/// What is known of the tries of one account.
#[derive(Debug, Default)]
pub(super) struct Account {
    tries: Vec<Try>,
    known: Vec<Known>,
    next: u32,
    /// When it was told last that tries are refused.
    told_on: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Try {
    number: u32,
    of_known: bool,
    /// None while its password is looked at.
    failed_on: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    network: u128,
    last_on: i64,
}

/// Whether a try may begin.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It has begun, under this number.
    Go(u32),
    /// Those that are under way decide.
    Wait,
    /// Not before this time has passed.
    Refuse { wait: i64, first: bool },
}

/// How a try ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// The password was right, from this network.
    Succeeded(Option<u128>),
    /// It was not, or nobody waited for the answer.
    Failed,
    /// It was never looked at.
    Unused,
}

impl Account {
    /// Begins a try, if it may.
    pub(super) fn decide(&mut self, network: Option<u128>, now: i64) -> Decision {
        self.settle(now);
        let of_known = network.is_some_and(|network| self.known.iter().any(|known| known.network == network));
        // If all that are under way fail at this moment.
        if self.opens_on(of_known, Some(now), now) <= now {
            let number = self.next;
            self.next = self.next.wrapping_add(1);
            self.tries.push(Try { number, of_known, failed_on: None });
            return Decision::Go(number);
        }
        // If all of them succeed.
        let opens_on = self.opens_on(of_known, None, now);
        if opens_on <= now {
            return Decision::Wait;
        }
        let first = self.told_on.is_none_or(|told_on| now - told_on >= WINDOW);
        if first {
            self.told_on = Some(now);
        }
        Decision::Refuse { wait: opens_on - now, first }
    }

    /// Ends a try.
    pub(super) fn end(&mut self, number: u32, outcome: Outcome, now: i64) {
        match outcome {
            Outcome::Failed => {
                if let Some(ended) = self.tries.iter_mut().find(|own| own.number == number) {
                    ended.failed_on = Some(now);
                }
                return;
            }
            Outcome::Succeeded(Some(network)) => self.learn(network, now),
            Outcome::Succeeded(None) | Outcome::Unused => {}
        }
        self.tries.retain(|own| own.number != number);
    }

    /// Whether nothing is lost if it is forgotten, but for where it is known.
    pub(super) fn is_quiet(&mut self, now: i64) -> bool {
        self.settle(now);
        self.tries.is_empty()
    }

    /// When it was last signed in to, if that still counts.
    pub(super) fn last_on(&self) -> Option<i64> {
        self.known.iter().map(|known| known.last_on).max()
    }

    /// When the next try may begin. Those under way count as failed at a time, or not at all.
    fn opens_on(&self, of_known: bool, running: Option<i64>, now: i64) -> i64 {
        let failed = |own: &Try| Some((own.failed_on.or(running)?, own.of_known == of_known));
        let failed: Vec<(i64, bool)> = self.tries.iter().filter_map(failed).collect();
        let most = if of_known { MOST } else { MOST_OF_STRANGERS };
        // It opens now, or when a failure is forgotten, or when the delay after one ends.
        let ends = failed.iter().flat_map(|(time, _)| delays().chain([WINDOW]).map(move |wait| time + wait));
        let opens = |time: &i64| *time >= now && is_open(&failed, most, *time);
        [now].into_iter().chain(ends).filter(opens).min().unwrap_or(now + WINDOW)
    }

    /// Forgets what doesn't count any more. A clock that was set back lets nobody wait longer than a window.
    fn settle(&mut self, now: i64) {
        for own in &mut self.tries {
            own.failed_on = own.failed_on.map(|failed_on| failed_on.min(now));
        }
        self.tries.retain(|own| own.failed_on.is_none_or(|failed_on| now - failed_on < WINDOW));
        for known in &mut self.known {
            known.last_on = known.last_on.min(now);
        }
        self.known.retain(|known| now - known.last_on < KNOWN_FOR);
        self.told_on = self.told_on.map(|told_on| told_on.min(now));
    }

    fn learn(&mut self, network: u128, now: i64) {
        self.known.retain(|known| known.network != network);
        if self.known.len() >= MOST_KNOWN
            && let Some(oldest) = (0..self.known.len()).min_by_key(|place| self.known[*place].last_on)
        {
            self.known.swap_remove(oldest);
        }
        self.known.push(Known { network, last_on: now });
    }
}

/// The delays after each wrong password that isn't free.
fn delays() -> impl Iterator<Item = i64> {
    (FREE..MOST).map(delay)
}

/// The delay after so many wrong passwords.
fn delay(count: usize) -> i64 {
    count.checked_sub(FREE).map_or(0, |over| DELAY << over.min(MOST))
}

/// Whether a try may begin at a time, after those that failed: when, and whether they are of the same kind.
fn is_open(failed: &[(i64, bool)], most_alike: usize, time: i64) -> bool {
    let counted = failed.iter().filter(|(failed_on, _)| time - failed_on < WINDOW);
    let alike: Vec<i64> =
        counted.clone().filter(|(_, alike)| *alike).map(|(failed_on, _)| *failed_on).collect();
    let last = alike.iter().max();
    counted.count() < MOST
        && alike.len() < most_alike
        && last.is_none_or(|last| time - last >= delay(alike.len()))
}
