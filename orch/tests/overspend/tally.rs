//! What came of the clients' tries.

use std::{fmt, ops::AddAssign, str::FromStr};

/// What came of one try, or of a client in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its run completed, and is paid.
    Paid,
    /// Its run failed, as its agent does.
    Failed,
    /// Its run was cancelled.
    Cancelled,
    /// It held credits, and let that expire.
    Expired,
    /// It was refused, when nothing was in flight that could have given credits back: the client has ended.
    Refused,
    /// It was neither granted nor refused for good in all that time.
    Stuck,
}

/// How many tries and clients fared how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) n_paid: i64,
    pub(crate) n_failed: i64,
    pub(crate) n_cancelled: i64,
    pub(crate) n_expired: i64,
    pub(crate) n_refused: i64,
    pub(crate) n_stuck: i64,
    /// How often credits were asked for.
    pub(crate) n_tries: i64,
}

impl Tally {
    pub(crate) fn count(&mut self, fate: Fate) {
        *match fate {
            Fate::Paid => &mut self.n_paid,
            Fate::Failed => &mut self.n_failed,
            Fate::Cancelled => &mut self.n_cancelled,
            Fate::Expired => &mut self.n_expired,
            Fate::Refused => &mut self.n_refused,
            Fate::Stuck => &mut self.n_stuck,
        } += 1;
    }

    /// How many runs they started.
    pub(crate) fn n_runs(&self) -> i64 {
        self.n_paid + self.n_failed + self.n_cancelled
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.n_paid += other.n_paid;
        self.n_failed += other.n_failed;
        self.n_cancelled += other.n_cancelled;
        self.n_expired += other.n_expired;
        self.n_refused += other.n_refused;
        self.n_stuck += other.n_stuck;
        self.n_tries += other.n_tries;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            n_paid,
            n_failed,
            n_cancelled,
            n_expired,
            n_refused,
            n_stuck,
            n_tries,
        } = self;
        write!(
            f,
            "{n_paid} paid, {n_failed} failed, {n_cancelled} cancelled, {n_expired} expired, "
        )?;
        write!(f, "{n_refused} refused, {n_stuck} stuck, {n_tries} tries")
    }
}

/// Reads what `Display` writes.
impl FromStr for Tally {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split(", ").map(|part| part.split(' ').next()?.parse().ok());
        match numbers.collect::<Option<Vec<i64>>>().as_deref() {
            Some(
                &[
                    n_paid,
                    n_failed,
                    n_cancelled,
                    n_expired,
                    n_refused,
                    n_stuck,
                    n_tries,
                ],
            ) => Ok(Self {
                n_paid,
                n_failed,
                n_cancelled,
                n_expired,
                n_refused,
                n_stuck,
                n_tries,
            }),
            _ => Err(format!("{text:?} is no tally")),
        }
    }
}
