//! Rows W8 and W9: a token through a ring, and a tree of actors that adds up its leaves.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Notify, mpsc};

use crate::ledger::Ledger;
use crate::random::Random;
use crate::sampling::{Outcome, Tally, Workload};

const RING_SIZE: usize = 10_000;

/// Asks a node of the ring for its tally; no token carries so many hops.
const REPORT: u64 = u64::MAX;

/// Whether a node's neighbour is also its neighbour in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ordered,
    Shuffled,
}

/// W8: the token is the number of hops that are left.
pub struct Ring {
    nodes: Vec<mpsc::UnboundedSender<u64>>,
    ledger: Arc<Ledger>,
    arrived: Arc<Notify>,
}

impl Ring {
    pub fn new(order: Order) -> Self {
        let ledger = Arc::new(Ledger::default());
        let arrived = Arc::new(Notify::new());
        let (nodes, inboxes): (Vec<_>, Vec<_>) =
            (0..RING_SIZE).map(|_| mpsc::unbounded_channel()).unzip();
        let successors = successors(order);
        for (inbox, successor) in inboxes.into_iter().zip(successors) {
            let next = nodes[successor].clone();
            tokio::spawn(node(inbox, next, ledger.clone(), arrived.clone()));
        }
        Ring {
            nodes,
            ledger,
            arrived,
        }
    }
}

/// For each node the one that it sends to; together they form one cycle.
fn successors(order: Order) -> Vec<usize> {
    let mut route: Vec<usize> = (0..RING_SIZE).collect();
    if order == Order::Shuffled {
        Random::new(8).shuffle(&mut route);
    }
    let mut successors = vec![0; RING_SIZE];
    for (place, &index) in route.iter().enumerate() {
        successors[index] = route[(place + 1) % RING_SIZE];
    }
    successors
}

async fn node(
    mut inbox: mpsc::UnboundedReceiver<u64>,
    next: mpsc::UnboundedSender<u64>,
    ledger: Arc<Ledger>,
    arrived: Arc<Notify>,
) {
    let mut tally = Tally::default();
    while let Some(left) = inbox.recv().await {
        if left == REPORT {
            ledger.post(std::mem::take(&mut tally));
            continue;
        }
        tally.add(left);
        if left == 0 {
            arrived.notify_one();
        } else {
            next.send(left - 1).expect("the next node lives");
        }
    }
}

impl Workload for Ring {
    async fn run(&mut self, operations: u64) -> Outcome {
        let start = Instant::now();
        self.nodes[0]
            .send(operations - 1)
            .expect("the first node lives");
        self.arrived.notified().await;
        let elapsed = start.elapsed();

        self.ledger.open(RING_SIZE as u64);
        for node in &self.nodes {
            node.send(REPORT).expect("every node lives");
        }
        self.ledger.settled().await;
        Outcome {
            elapsed,
            received: self.ledger.take(),
            expected: Tally::of_series(operations),
        }
    }
}

const BRANCHES: u64 = 10;

/// W9: a ten-ary tree; every actor spawns its children, adds their answers and tells its parent.
/// An operation is one whole tree.
pub struct Skynet {
    pub leaves: u64,
}

impl Workload for Skynet {
    async fn run(&mut self, operations: u64) -> Outcome {
        let mut received = Tally::default();
        let start = Instant::now();
        for _ in 0..operations {
            let (parent, mut answer) = mpsc::channel(1);
            tokio::spawn(branch(parent, 0, self.leaves));
            received.add(answer.recv().await.expect("the root answers"));
        }
        let elapsed = start.elapsed();
        let total = Tally::of_series(self.leaves).sum;
        Outcome {
            elapsed,
            received,
            expected: Tally {
                count: 1,
                sum: total,
            }
            .times(operations),
        }
    }
}

/// Boxed, because an async function that spawns itself has a type without end.
fn branch(
    parent: mpsc::Sender<u64>,
    first: u64,
    leaves: u64,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let mut total = first;
        if leaves > 1 {
            let (own, mut answers) = mpsc::channel(BRANCHES as usize);
            let share = leaves / BRANCHES;
            for child in 0..BRANCHES {
                tokio::spawn(branch(own.clone(), first + child * share, share));
            }
            total = 0;
            for _ in 0..BRANCHES {
                total += answers.recv().await.expect("every child answers");
            }
        }
        parent.send(total).await.expect("the parent waits");
    })
}
