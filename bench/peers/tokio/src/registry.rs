//! Row W14: finding an actor by its name in a DashMap, from one and from two threads.

use std::hash::BuildHasher;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use tokio::sync::mpsc;

use crate::random::Random;
use crate::sampling::{Outcome, Tally, Workload};

struct Entry {
    id: u64,
    /// All entries share one channel: a million of them would measure memory, not look-ups.
    mailbox: mpsc::UnboundedSender<u64>,
}

pub struct Registry<S> {
    entries: DashMap<String, Entry, S>,
    /// Every name once, in random order, allocated in that order: the misses are the map's.
    queries: Vec<(String, u64)>,
    threads: u64,
    /// The query that the first thread begins with: a run goes on where the last one ended, or
    /// short runs would find the few names of all runs in the cache.
    position: usize,
    /// Keeps the channel of the entries open.
    _inbox: mpsc::UnboundedReceiver<u64>,
}

impl<S: BuildHasher + Clone + Default + Send + Sync> Registry<S> {
    pub fn new(names: u64, threads: u64) -> Self {
        let (mailbox, inbox) = mpsc::unbounded_channel();
        let entries = DashMap::with_capacity_and_hasher(names as usize, S::default());
        for id in 0..names {
            entries.insert(
                name(id),
                Entry {
                    id,
                    mailbox: mailbox.clone(),
                },
            );
        }
        let mut ids: Vec<u64> = (0..names).collect();
        Random::new(14).shuffle(&mut ids);
        let queries = ids.into_iter().map(|id| (name(id), id)).collect();
        Registry {
            entries,
            queries,
            threads,
            position: 0,
            _inbox: inbox,
        }
    }

    /// Looks up `lookups` names, starting at the query with the index `first`.
    fn look_up(&self, first: usize, lookups: u64) -> Tally {
        let mut found = Tally::default();
        for (query, _) in self
            .queries
            .iter()
            .cycle()
            .skip(first)
            .take(lookups as usize)
        {
            if let Some(entry) = self.entries.get(query) {
                debug_assert!(!entry.mailbox.is_closed());
                found.add(entry.id);
            }
        }
        found
    }

    fn expected(&self, first: usize, lookups: u64) -> Tally {
        let names = self.queries.len() as u64;
        let mut expected = Tally::of_series(names).times(lookups / names);
        for (_, id) in self
            .queries
            .iter()
            .cycle()
            .skip(first)
            .take((lookups % names) as usize)
        {
            expected.add(*id);
        }
        expected
    }

    /// Threads take the time themselves, from the first that starts to the last that ends: the
    /// thread that waits for them may be the last to learn that they run.
    fn look_up_at_once(&self, starts: &[usize], share: u64) -> (Duration, Tally) {
        let ready = Barrier::new(starts.len());
        let reader = |first| {
            ready.wait();
            let start = Instant::now();
            let found = self.look_up(first, share);
            (start, Instant::now(), found)
        };
        let reader = &reader;
        thread::scope(|scope| {
            let threads: Vec<_> = starts
                .iter()
                .map(|&first| scope.spawn(move || reader(first)))
                .collect();
            let mut found = Tally::default();
            let mut interval: Option<(Instant, Instant)> = None;
            for thread in threads {
                let (start, end, part) = thread.join().expect("a look-up never panics");
                found.merge(part);
                interval = Some(interval.map_or((start, end), |(first, last)| {
                    (first.min(start), last.max(end))
                }));
            }
            let (first, last) = interval.expect("there is a thread");
            (last - first, found)
        })
    }
}

impl<S: BuildHasher + Clone + Default + Send + Sync> Workload for Registry<S> {
    async fn run(&mut self, operations: u64) -> Outcome {
        let share = operations.div_ceil(self.threads);
        let names = self.queries.len();
        let distance = names / self.threads as usize;
        let starts: Vec<usize> = (0..self.threads as usize)
            .map(|thread| (self.position + thread * distance) % names)
            .collect();
        let (elapsed, received) = self.look_up_at_once(&starts, share);
        self.position = (self.position + share as usize) % names;
        let mut expected = Tally::default();
        for first in starts {
            expected.merge(self.expected(first, share));
        }
        Outcome {
            elapsed,
            received,
            expected,
        }
    }
}

fn name(id: u64) -> String {
    format!("component-{id}")
}
