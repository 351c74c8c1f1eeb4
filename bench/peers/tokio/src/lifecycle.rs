//! Rows W7 and W12: actors that are born, parked, crashed and born again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, yield_now};

use crate::ledger::Ledger;
use crate::sampling::{Outcome, Tally, Workload};

/// After that many spawns the new tasks get their first turn, while a worker's own queue (256
/// places) still holds them and the caches too; otherwise they overflow into the shared queue.
const SPAWNS_PER_TURN: u64 = 128;

#[derive(Default)]
struct Census {
    parked: AtomicU64,
    ledger: Ledger,
}

/// W7: tasks with a mailbox each, spawned and run until they wait for their first message.
pub struct Population {
    census: &'static Census,
    addresses: Vec<mpsc::UnboundedSender<u64>>,
}

impl Population {
    pub fn new() -> Self {
        // Leaked, so that a million actors pay for no reference count.
        Population {
            census: Box::leak(Box::default()),
            addresses: Vec::new(),
        }
    }

    /// Returns when every actor is parked.
    pub async fn spawn(&mut self, actors: u64) {
        self.addresses.reserve(actors as usize);
        for spawned in 1..=actors {
            let (address, inbox) = mpsc::unbounded_channel();
            tokio::spawn(parked(inbox, self.census));
            self.addresses.push(address);
            if spawned % SPAWNS_PER_TURN == 0 {
                yield_now().await;
            }
        }
        while self.census.parked.load(Ordering::Acquire) < actors {
            yield_now().await;
        }
    }

    /// Sends each actor its index and collects what they received.
    pub async fn roll_call(&self) -> Tally {
        self.census.ledger.open(self.addresses.len() as u64);
        for (index, address) in self.addresses.iter().enumerate() {
            address.send(index as u64).expect("every actor lives");
        }
        self.census.ledger.settled().await;
        self.census.ledger.take()
    }
}

async fn parked(mut inbox: mpsc::UnboundedReceiver<u64>, census: &'static Census) {
    census.parked.fetch_add(1, Ordering::Release);
    while let Some(index) = inbox.recv().await {
        census.ledger.post(Tally {
            count: 1,
            sum: index,
        });
    }
}

impl Workload for Population {
    async fn run(&mut self, operations: u64) -> Outcome {
        let start = Instant::now();
        self.spawn(operations).await;
        let elapsed = start.elapsed();
        let received = self.roll_call().await;
        Outcome {
            elapsed,
            received,
            expected: Tally::of_series(operations),
        }
    }
}

/// W7/bytes: what the resident set grows by, per parked actor.
pub async fn resident_bytes_per_actor(actors: u64) -> Result<f64, String> {
    let before = resident_bytes();
    let mut population = Population::new();
    population.spawn(actors).await;
    let grown = resident_bytes().saturating_sub(before);
    if population.roll_call().await != Tally::of_series(actors) {
        return Err("an actor did not answer".to_string());
    }
    Ok(grown as f64 / actors as f64)
}

fn resident_bytes() -> u64 {
    const PAGE: u64 = 4096;
    let statm = std::fs::read_to_string("/proc/self/statm").expect("procfs is mounted");
    let pages = statm.split(' ').nth(1).expect("statm has a second field");
    pages.parse::<u64>().expect("statm counts pages") * PAGE
}

/// Makes the worker panic; no payload of a run is so large.
const CRASH: u64 = u64::MAX;

struct Worker {
    mailbox: mpsc::UnboundedSender<u64>,
    task: JoinHandle<()>,
}

/// W12: from the order that crashes a worker to the answer of the one that replaces it.
pub struct CrashAndRestart {
    worker: Worker,
    supervisor: mpsc::UnboundedSender<u64>,
    answers: mpsc::UnboundedReceiver<u64>,
}

impl CrashAndRestart {
    pub fn new() -> Self {
        let (supervisor, answers) = mpsc::unbounded_channel();
        CrashAndRestart {
            worker: start_worker(supervisor.clone()),
            supervisor,
            answers,
        }
    }
}

fn start_worker(supervisor: mpsc::UnboundedSender<u64>) -> Worker {
    let (mailbox, mut inbox) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        while let Some(order) = inbox.recv().await {
            if order == CRASH {
                panic!("ordered to crash");
            }
            supervisor.send(order).expect("the supervisor lives");
        }
    });
    Worker { mailbox, task }
}

impl Workload for CrashAndRestart {
    async fn run(&mut self, operations: u64) -> Outcome {
        let mut received = Tally::default();
        let start = Instant::now();
        for payload in 0..operations {
            self.worker.mailbox.send(CRASH).expect("the worker lives");
            let end = (&mut self.worker.task).await;
            assert!(
                end.is_err_and(|error| error.is_panic()),
                "the worker ended without a panic"
            );
            self.worker = start_worker(self.supervisor.clone());
            self.worker
                .mailbox
                .send(payload)
                .expect("the new worker lives");
            received.add(self.answers.recv().await.expect("the new worker answers"));
        }
        Outcome {
            elapsed: start.elapsed(),
            received,
            expected: Tally::of_series(operations),
        }
    }
}
