//! One thread of the load: its connections, its clock, its events. Never shares anything with another thread.

use std::io;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};

use super::client::Client;
use super::measured::Measured;
use super::pace::{Arrivals, Pace};
use super::{Plan, SILENCE};

/// Bytes read at once.
const BUFFER: usize = 128 * 1024;
const EVENTS: usize = 1024;
const TIMER: Token = Token(usize::MAX);
/// How many requests may be due without a free connection before the run is given up: the pace is too much.
const MOST_WAITING: usize = 200_000;

struct Load<'a> {
    plan: &'a Plan<'a>,
    clients: Vec<Client>,
    idle: Vec<usize>,
    /// the place of the next request among the plan's
    turn: usize,
    measured: Measured,
}

/// Runs until the plan's time is over, then waits for what is under way.
pub fn run(plan: &Plan<'_>, connections: usize, pace: Pace, first: usize) -> Result<Measured> {
    let poll = Poll::new()?;
    let mut clients = Vec::with_capacity(connections);
    for index in 0..connections {
        let mut client = Client::connect(plan.address)?;
        poll.registry().register(&mut client.stream, Token(index), Interest::READABLE)?;
        clients.push(client);
    }
    let idle = (0..connections).collect();
    let mut load = Load { plan, clients, idle, turn: first, measured: Measured::default() };
    let start = Instant::now();
    match pace {
        Pace::Saturating => load.saturate(poll, start)?,
        Pace::PerSecond(rate) => load.keep_pace(poll, start, rate)?,
    }
    load.measured.elapsed = start.elapsed();
    Ok(load.measured)
}

impl Load<'_> {
    fn saturate(&mut self, mut poll: Poll, start: Instant) -> Result<()> {
        let end = start + self.plan.duration;
        let mut events = Events::with_capacity(EVENTS);
        let mut buffer = vec![0; BUFFER];
        while let Some(index) = self.idle.pop() {
            self.send(index, Instant::now())?;
        }
        while self.idle.len() < self.clients.len() {
            wait(&mut poll, &mut events, SILENCE)?;
            if events.is_empty() {
                bail!("no answer within {SILENCE:?}");
            }
            for event in &events {
                let index = event.token().0;
                if let Some(now) = self.receive(index, &mut buffer)?
                    && now < end
                {
                    self.idle.pop();
                    self.send(index, now)?;
                }
            }
        }
        Ok(())
    }

    fn keep_pace(&mut self, mut poll: Poll, start: Instant, rate: f64) -> Result<()> {
        let end = start + self.plan.duration;
        let timer = rustix::time::timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK)?;
        poll.registry().register(&mut SourceFd(&timer.as_raw_fd()), TIMER, Interest::READABLE)?;
        let mut arrivals = Arrivals::new(rate, start, self.turn as u64);
        let mut waiting = std::collections::VecDeque::new();
        let mut events = Events::with_capacity(EVENTS);
        let mut buffer = vec![0; BUFFER];
        loop {
            let now = Instant::now();
            while now < end
                && let Some(due) = arrivals.due(now)
            {
                waiting.push_back(due);
            }
            while let Some(due) = waiting.front().copied()
                && let Some(index) = self.idle.pop()
            {
                waiting.pop_front();
                self.send(index, due)?;
            }
            if waiting.len() > MOST_WAITING {
                bail!("{rate} requests a second are more than are answered");
            }
            if now >= end && waiting.is_empty() && self.idle.len() == self.clients.len() {
                return Ok(());
            }
            ring(&timer, arrivals.next().saturating_duration_since(now))?;
            wait(&mut poll, &mut events, SILENCE)?;
            for event in &events {
                if event.token() != TIMER {
                    self.receive(event.token().0, &mut buffer)?;
                }
            }
        }
    }

    fn send(&mut self, index: usize, since: Instant) -> Result<()> {
        let request = &self.plan.requests[self.turn % self.plan.requests.len()];
        self.turn += 1;
        self.clients[index].send(request, since)
    }

    /// The moment at which an answer was complete; its connection is idle then.
    fn receive(&mut self, index: usize, buffer: &mut [u8]) -> Result<Option<Instant>> {
        let client = &mut self.clients[index];
        if client.since.is_none() {
            bail!("a connection without a request was closed, or got an answer");
        }
        let Some(since) = client.receive(buffer, self.plan.status)? else { return Ok(None) };
        let now = Instant::now();
        self.measured.note(now.saturating_duration_since(since));
        self.idle.push(index);
        Ok(Some(now))
    }
}

fn ring(timer: &impl std::os::fd::AsFd, after: Duration) -> Result<()> {
    let after = after.max(Duration::from_nanos(1)); // nothing would stop the timer
    let it_value = Timespec { tv_sec: i64::try_from(after.as_secs())?, tv_nsec: i64::from(after.subsec_nanos()) };
    let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value };
    rustix::time::timerfd_settime(timer, TimerfdTimerFlags::empty(), &once).context("set a timer")?;
    Ok(())
}

/// Waits without sleeping, since over loopback the sender pays for waking a sleeper, and a gateway should not be charged
/// for our sleep. Yields, as the upstream may be on the same core.
fn wait(poll: &mut Poll, events: &mut Events, longest: Duration) -> Result<()> {
    let began = Instant::now();
    loop {
        match poll.poll(events, Some(Duration::ZERO)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => events.clear(),
            other => other.context("look for events")?,
        }
        if !events.is_empty() || began.elapsed() > longest {
            return Ok(());
        }
        std::thread::yield_now();
    }
}
