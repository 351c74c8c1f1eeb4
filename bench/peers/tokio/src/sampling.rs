//! Flat sampling: every sample of a row runs the same number of operations.

use std::future::Future;
use std::time::Duration;

/// What receivers saw: how many messages, and the sum of their payloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub count: u64,
    pub sum: u64,
}

impl Tally {
    pub fn add(&mut self, payload: u64) {
        self.count += 1;
        self.sum += payload;
    }

    pub fn merge(&mut self, other: Tally) {
        self.count += other.count;
        self.sum += other.sum;
    }

    /// The tally of a receiver that got 0, 1, ..., count - 1 in any order.
    pub fn of_series(count: u64) -> Tally {
        Tally {
            count,
            sum: count * count.saturating_sub(1) / 2,
        }
    }

    pub fn times(self, factor: u64) -> Tally {
        Tally {
            count: self.count * factor,
            sum: self.sum * factor,
        }
    }
}

pub struct Outcome {
    pub elapsed: Duration,
    pub received: Tally,
    /// Its count is the number of operations that were run: a workload may round up.
    pub expected: Tally,
}

/// One row, set up once and run many times; set-up and clean-up stay outside `elapsed`.
pub trait Workload {
    fn run(&mut self, operations: u64) -> impl Future<Output = Outcome> + Send;
}

#[derive(Clone, Copy)]
pub struct Plan {
    pub warmup: Duration,
    pub measure: Duration,
    pub samples: usize,
}

/// How the operations of a row are cut into samples.
#[derive(Clone, Copy)]
pub enum Pace {
    Flat,
    /// One long operation per sample, at most five samples.
    WholeRuns,
    /// One sample without warm-up, because only the first touch of memory counts.
    Once {
        operations: u64,
    },
}

const MOST_WHOLE_RUNS: usize = 5;

#[derive(Default)]
pub struct Series {
    pub iterations: Vec<u64>,
    pub nanoseconds: Vec<u64>,
    pub received: Tally,
}

pub async fn measure<W: Workload>(
    mut workload: W,
    plan: Plan,
    pace: Pace,
) -> Result<Series, String> {
    let (samples, operations) = match pace {
        Pace::Flat => {
            let budget = plan.measure.as_nanos() as f64 / plan.samples as f64;
            let operations = (budget / warm_up(&mut workload, plan.warmup).await?).round();
            (plan.samples, (operations as u64).max(1))
        }
        Pace::WholeRuns => {
            let mut spent = Duration::ZERO;
            while spent < plan.warmup {
                spent += checked(workload.run(1).await)?.elapsed;
            }
            (plan.samples.min(MOST_WHOLE_RUNS), 1)
        }
        Pace::Once { operations } => (1, operations),
    };
    let mut series = Series::default();
    for _ in 0..samples {
        let outcome = checked(workload.run(operations).await)?;
        series.iterations.push(outcome.received.count);
        series.nanoseconds.push(outcome.elapsed.as_nanos() as u64);
        series.received.merge(outcome.received);
    }
    Ok(series)
}

/// Returns nanoseconds per operation, taken from the last and largest run.
async fn warm_up<W: Workload>(workload: &mut W, warmup: Duration) -> Result<f64, String> {
    // The first run also waits for actors that were spawned but have not run yet.
    checked(workload.run(1).await)?;
    let mut spent = Duration::ZERO;
    let mut operations = 1;
    loop {
        let outcome = checked(workload.run(operations).await)?;
        spent += outcome.elapsed;
        if spent >= warmup {
            return Ok(outcome.elapsed.as_nanos() as f64 / outcome.received.count as f64);
        }
        operations *= 2;
    }
}

fn checked(outcome: Outcome) -> Result<Outcome, String> {
    if outcome.received == outcome.expected {
        Ok(outcome)
    } else {
        Err(format!(
            "received {:?}, expected {:?}",
            outcome.received, outcome.expected
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Lossy {
        lost: u64,
    }

    impl Workload for Lossy {
        async fn run(&mut self, operations: u64) -> Outcome {
            let expected = Tally::of_series(operations);
            let received = Tally {
                count: operations - self.lost,
                ..expected
            };
            Outcome {
                elapsed: Duration::from_millis(operations),
                received,
                expected,
            }
        }
    }

    fn series(lost: u64, pace: Pace) -> Result<Series, String> {
        let plan = Plan {
            warmup: Duration::from_millis(4),
            measure: Duration::from_millis(60),
            samples: 6,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(measure(Lossy { lost }, plan, pace))
    }

    #[test]
    fn flat_samples_share_the_measured_time() {
        assert_eq!(series(0, Pace::Flat).unwrap().iterations, [10; 6]);
    }

    #[test]
    fn whole_runs_are_capped() {
        assert_eq!(
            series(0, Pace::WholeRuns).unwrap().iterations,
            [1; MOST_WHOLE_RUNS]
        );
    }

    #[test]
    fn a_lost_message_fails_the_row() {
        assert!(series(1, Pace::Flat).is_err());
    }
}
