//! Rows W1, W3, W4, W5 and W6: messages between tasks that live through the whole measurement.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::ledger::Ledger;
use crate::mailbox::{Inbox, Outbox};
use crate::sampling::{Outcome, Tally, Workload};

/// After that many sends into an unbounded channel a sender lets others run; without it the row
/// would measure how fast memory grows.
const SENDS_PER_TURN: u64 = 128;

/// W1: one message there and one back.
pub struct PingPong {
    ponger: mpsc::UnboundedSender<u64>,
    pongs: mpsc::UnboundedReceiver<u64>,
}

impl PingPong {
    pub fn new() -> Self {
        let (ponger, mut pings) = mpsc::unbounded_channel();
        let (pinger, pongs) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(ping) = pings.recv().await {
                if pinger.send(ping).is_err() {
                    break;
                }
            }
        });
        PingPong { ponger, pongs }
    }
}

impl Workload for PingPong {
    async fn run(&mut self, operations: u64) -> Outcome {
        let mut received = Tally::default();
        let start = Instant::now();
        for ping in 0..operations {
            self.ponger.send(ping).expect("the ponger lives");
            received.add(self.pongs.recv().await.expect("the ponger lives"));
        }
        Outcome {
            elapsed: start.elapsed(),
            received,
            expected: Tally::of_series(operations),
        }
    }
}

/// Counts payloads. Senders count down, so a zero is the last payload of one of them: when all
/// have said it, the sink acknowledges and starts again.
async fn sink(mut inbox: impl Inbox, senders: u64, ledger: Arc<Ledger>) {
    let mut tally = Tally::default();
    let mut finished = 0;
    while let Some(left) = inbox.receive().await {
        tally.add(left);
        if left == 0 {
            finished += 1;
            if finished == senders {
                ledger.post(std::mem::take(&mut tally));
                finished = 0;
            }
        }
    }
}

async fn flood<O: Outbox>(outbox: O, messages: u64) {
    for left in (0..messages).rev() {
        outbox.send(left).await;
        if O::MUST_YIELD && left % SENDS_PER_TURN == 0 {
            yield_now().await;
        }
    }
}

/// W3 and W4: one or many senders, one receiver.
pub struct Flood<O> {
    sink: O,
    senders: u64,
    ledger: Arc<Ledger>,
}

impl<O: Outbox> Flood<O> {
    pub fn new(senders: u64, capacity: usize) -> Self {
        let (outbox, inbox) = O::channel(capacity);
        let ledger = Arc::new(Ledger::default());
        tokio::spawn(sink(inbox, senders, ledger.clone()));
        Flood {
            sink: outbox,
            senders,
            ledger,
        }
    }
}

impl<O: Outbox> Workload for Flood<O> {
    async fn run(&mut self, operations: u64) -> Outcome {
        let share = operations.div_ceil(self.senders);
        self.ledger.open(1);
        let start = Instant::now();
        for _ in 0..self.senders {
            tokio::spawn(flood(self.sink.clone(), share));
        }
        self.ledger.settled().await;
        let elapsed = start.elapsed();
        let expected = Tally::of_series(share).times(self.senders);
        Outcome {
            elapsed,
            received: self.ledger.take(),
            expected,
        }
    }
}

/// W5: one publisher, many subscribers; an operation is one delivery.
pub struct FanOut<O> {
    subscribers: Vec<O>,
    ledger: Arc<Ledger>,
}

impl<O: Outbox> FanOut<O> {
    pub fn new(subscribers: u64, capacity: usize) -> Self {
        let ledger = Arc::new(Ledger::default());
        let subscribe = |_| {
            let (outbox, inbox) = O::channel(capacity);
            tokio::spawn(sink(inbox, 1, ledger.clone()));
            outbox
        };
        FanOut {
            subscribers: (0..subscribers).map(subscribe).collect(),
            ledger,
        }
    }
}

impl<O: Outbox> Workload for FanOut<O> {
    async fn run(&mut self, operations: u64) -> Outcome {
        let width = self.subscribers.len() as u64;
        let rounds = operations.div_ceil(width);
        self.ledger.open(width);
        let start = Instant::now();
        for left in (0..rounds).rev() {
            for subscriber in &self.subscribers {
                subscriber.send(left).await;
            }
            if O::MUST_YIELD {
                yield_now().await;
            }
        }
        self.ledger.settled().await;
        let elapsed = start.elapsed();
        let expected = Tally::of_series(rounds).times(width);
        Outcome {
            elapsed,
            received: self.ledger.take(),
            expected,
        }
    }
}

struct Question {
    payload: u64,
    answer: oneshot::Sender<u64>,
}

/// W6: a question that carries the channel for its answer.
pub struct RequestResponse {
    server: mpsc::UnboundedSender<Question>,
    limit: Option<Duration>,
}

impl RequestResponse {
    pub fn new(limit: Option<Duration>) -> Self {
        let (server, mut inbox) = mpsc::unbounded_channel::<Question>();
        tokio::spawn(async move {
            while let Some(question) = inbox.recv().await {
                // Nobody waits any more when the caller's limit has passed.
                let _ = question.answer.send(question.payload);
            }
        });
        RequestResponse { server, limit }
    }

    fn ask(&self, payload: u64) -> oneshot::Receiver<u64> {
        let (answer, receiver) = oneshot::channel();
        self.server
            .send(Question { payload, answer })
            .ok()
            .expect("the server lives");
        receiver
    }
}

impl Workload for RequestResponse {
    async fn run(&mut self, operations: u64) -> Outcome {
        let mut received = Tally::default();
        let start = Instant::now();
        for payload in 0..operations {
            let receiver = self.ask(payload);
            let answer = match self.limit {
                None => receiver.await,
                Some(limit) => timeout(limit, receiver).await.expect("an answer in time"),
            };
            received.add(answer.expect("the server answers"));
        }
        Outcome {
            elapsed: start.elapsed(),
            received,
            expected: Tally::of_series(operations),
        }
    }
}
