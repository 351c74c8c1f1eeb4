//! One face for tokio's bounded and unbounded mpsc channels, so that rows can be run with both.

use std::future::Future;

use tokio::sync::mpsc;

pub trait Outbox: Clone + Send + Sync + 'static {
    type Inbox: Inbox;

    /// Whether a sender has to yield now and then, because nothing else slows it down.
    const MUST_YIELD: bool;

    fn channel(capacity: usize) -> (Self, Self::Inbox);
    fn send(&self, payload: u64) -> impl Future<Output = ()> + Send;
}

pub trait Inbox: Send + 'static {
    fn receive(&mut self) -> impl Future<Output = Option<u64>> + Send;
}

impl Outbox for mpsc::Sender<u64> {
    type Inbox = mpsc::Receiver<u64>;
    const MUST_YIELD: bool = false;

    fn channel(capacity: usize) -> (Self, Self::Inbox) {
        mpsc::channel(capacity)
    }

    async fn send(&self, payload: u64) {
        mpsc::Sender::send(self, payload)
            .await
            .expect("the receiver lives");
    }
}

impl Inbox for mpsc::Receiver<u64> {
    async fn receive(&mut self) -> Option<u64> {
        self.recv().await
    }
}

impl Outbox for mpsc::UnboundedSender<u64> {
    type Inbox = mpsc::UnboundedReceiver<u64>;
    const MUST_YIELD: bool = true;

    fn channel(_capacity: usize) -> (Self, Self::Inbox) {
        mpsc::unbounded_channel()
    }

    async fn send(&self, payload: u64) {
        mpsc::UnboundedSender::send(self, payload).expect("the receiver lives");
    }
}

impl Inbox for mpsc::UnboundedReceiver<u64> {
    async fn receive(&mut self) -> Option<u64> {
        self.recv().await
    }
}
