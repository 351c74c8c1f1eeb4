//! Which rows exist, in which configurations, and how each is set up.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use crate::lifecycle::{CrashAndRestart, Population, resident_bytes_per_actor};
use crate::mailbox::Outbox;
use crate::messaging::{FanOut, Flood, PingPong, RequestResponse};
use crate::options::Request;
use crate::registry::Registry;
use crate::report::Measured;
use crate::sampling::{Pace, Workload, measure as sample};
use crate::topology::{Order, Ring, Skynet};

type Bounded = mpsc::Sender<u64>;
type Unbounded = mpsc::UnboundedSender<u64>;

const SCHEDULERS: &[&str] = &["current-thread", "1", "2"];
const BOTH_CHANNELS: &[&str] = &[
    "current-thread",
    "1",
    "2",
    "current-thread-unbounded",
    "1-unbounded",
    "2-unbounded",
];
const HASHES: &[&str] = &["dashmap", "dashmap-ahash"];

const ROWS: &[(&str, &[&str])] = &[
    ("W1", SCHEDULERS),
    ("W3", BOTH_CHANNELS),
    ("W4", BOTH_CHANNELS),
    ("W5/100", BOTH_CHANNELS),
    ("W5/10000", BOTH_CHANNELS),
    ("W6", SCHEDULERS),
    ("W6/timeout", SCHEDULERS),
    ("W7", SCHEDULERS),
    ("W7/bytes", SCHEDULERS),
    ("W8/ordered", SCHEDULERS),
    ("W8/shuffled", SCHEDULERS),
    ("W9", SCHEDULERS),
    ("W12", SCHEDULERS),
    ("W14/1k", HASHES),
    ("W14/100k", HASHES),
    ("W14/1M", HASHES),
    ("W14/1k/2-threads", HASHES),
    ("W14/100k/2-threads", HASHES),
    ("W14/1M/2-threads", HASHES),
];

const UNBOUNDED_SUFFIX: &str = "-unbounded";
const FLOOD_CAPACITY: usize = 1024;
/// Small, because there may be 10,000 of them.
const SUBSCRIBER_CAPACITY: usize = 64;
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

pub fn combinations() -> Vec<(&'static str, &'static str)> {
    let pairs = |&(row, configs): &(&'static str, &'static [&'static str])| {
        configs.iter().map(move |&config| (row, config))
    };
    ROWS.iter().flat_map(pairs).collect()
}

/// Measures a row of `combinations()`.
pub fn measure(request: &Request) -> Result<Measured, String> {
    if let Some(size) = request.row.strip_prefix("W14/") {
        return if request.config == "dashmap" {
            registry::<std::collections::hash_map::RandomState>(request, size)
        } else {
            registry::<ahash::RandomState>(request, size)
        };
    }
    if request.config.ends_with(UNBOUNDED_SUFFIX) {
        return with_mailboxes::<Unbounded>(request);
    }
    let once = Pace::Once {
        operations: request.actors,
    };
    let leaves = request.actors;
    match request.row.as_str() {
        "W1" => timed(request, Pace::Flat, PingPong::new),
        "W6" => timed(request, Pace::Flat, || RequestResponse::new(None)),
        "W6/timeout" => timed(request, Pace::Flat, || {
            RequestResponse::new(Some(ANSWER_LIMIT))
        }),
        "W7" => timed(request, once, Population::new),
        "W7/bytes" => {
            let bytes = on_a_worker(request, resident_bytes_per_actor(request.actors))?;
            Ok(Measured::Bytes(vec![bytes]))
        }
        "W8/ordered" => timed(request, Pace::Flat, || Ring::new(Order::Ordered)),
        "W8/shuffled" => timed(request, Pace::Flat, || Ring::new(Order::Shuffled)),
        "W9" => timed(request, Pace::WholeRuns, move || Skynet { leaves }),
        "W12" => timed(request, Pace::Flat, CrashAndRestart::new),
        _ => with_mailboxes::<Bounded>(request),
    }
}

/// The rows that exist for both kinds of channel.
fn with_mailboxes<O: Outbox>(request: &Request) -> Result<Measured, String> {
    match request.row.as_str() {
        "W3" => timed(request, Pace::Flat, || Flood::<O>::new(1, FLOOD_CAPACITY)),
        "W4" => timed(request, Pace::Flat, || Flood::<O>::new(20, FLOOD_CAPACITY)),
        "W5/100" => timed(request, Pace::Flat, || {
            FanOut::<O>::new(100, SUBSCRIBER_CAPACITY)
        }),
        "W5/10000" => timed(request, Pace::Flat, || {
            FanOut::<O>::new(10_000, SUBSCRIBER_CAPACITY)
        }),
        row => Err(format!("no row {row} in this configuration")),
    }
}

fn registry<S>(request: &Request, size: &str) -> Result<Measured, String>
where
    S: std::hash::BuildHasher + Clone + Default + Send + Sync + 'static,
{
    let (size, threads) = match size.strip_suffix("/2-threads") {
        Some(size) => (size, 2),
        None => (size, 1),
    };
    let names = match size {
        "1k" => 1_000,
        "100k" => 100_000,
        _ => 1_000_000,
    };
    timed(request, Pace::Flat, move || {
        Registry::<S>::new(names, threads)
    })
}

fn timed<W: Workload + Send + 'static>(
    request: &Request,
    pace: Pace,
    set_up: impl FnOnce() -> W + Send + 'static,
) -> Result<Measured, String> {
    let plan = request.plan;
    let series = on_a_worker(request, async move { sample(set_up(), plan, pace).await })?;
    Ok(Measured::Times(series))
}

/// Runs the driver as a task of its own: the future that `block_on` gets would stay outside the
/// workers, and every message between them would cross threads. A panic becomes an error.
fn on_a_worker<T: Send + 'static>(
    request: &Request,
    driver: impl Future<Output = Result<T, String>> + Send + 'static,
) -> Result<T, String> {
    let runtime = build_runtime(request).map_err(|error| error.to_string())?;
    let result = runtime
        .block_on(runtime.spawn(driver))
        .map_err(|error| error.to_string());
    // Its end would destroy every task that is left; the process ends soon anyway.
    std::mem::forget(runtime);
    result?
}

fn build_runtime(request: &Request) -> std::io::Result<Runtime> {
    let scheduler = request.config.trim_end_matches(UNBOUNDED_SUFFIX);
    let mut builder = match scheduler.parse() {
        Ok(workers) => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(workers);
            builder
        }
        Err(_) => Builder::new_current_thread(),
    };
    // The timer has a price, so only the row that needs it pays.
    if request.row == "W6/timeout" {
        builder.enable_time();
    }
    builder.build()
}
