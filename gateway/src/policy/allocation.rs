//! Where instances lie: in a pool of addresses that is reserved once, where a fresh one takes half the time, or each in
//! memory of its own.
//!
//! Never promises more seats than the pool has: they are counted when a plugin is loaded, and who finds none gets memory
//! of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::component::Component;
use wasmtime::{Config, Engine, Instance, Module, PoolingAllocationConfig, Result, Store};

use super::ticker::{CallMark, Pulse};

/// Instances that the pool has addresses for; each reserves somewhat over 4 GiB of them, and no memory.
const POOL_INSTANCES: u32 = 3_000;
/// Of these, how many may be promised to plugins. The rest is for instances that are over but not yet taken down.
const POOL_SEATS: usize = 1_900;
/// Memories for one seat. A component with more of them takes more seats.
const MEMORIES_EACH: u32 = 1;
/// Tables for one seat, as Rust's components have them.
const TABLES_EACH: u32 = 2;
/// Core instances for one seat, as many as an entry may allow at most: they are counted, and reserve nothing.
const CORES_EACH: u32 = 1000;
/// Memories and tables of one core module: a limit, not a reservation.
const PER_MODULE: u32 = 100;
/// Elements of a table in the pool; a plugin with a higher limit lies outside.
const POOL_TABLE_ELEMENTS: usize = 20_000;
/// The most that the bookkeeping of one instance may take, in bytes: a limit, not a reservation.
const BOOKKEEPING_BYTES: usize = 64 << 20;
/// How much of a memory or table stays resident from one instance to the next, in bytes: it is written over instead of given
/// back to the system. All 1.1 MiB of a Rust guest were a tenth faster, and 30 MiB more after a thousand reloads.
const KEPT_BYTES: usize = 64 << 10;
/// Seats that nobody sits in and that keep their memory, up to [`KEPT_BYTES`] each. wasmtime's default of 100 would take cold seats
/// first, and a gateway that reloads would grow by all of them.
const UNUSED_WARM: u32 = 16;
/// A module with one page of memory.
const PROBE: &[u8] = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01";

/// The engines of all policies. They run the same compiled code and differ only in where instances lie.
pub(super) struct Engines {
    plain: Engine,
    pool: Result<Pool, String>,
    pulse: Arc<Pulse>,
}

struct Pool {
    engine: Engine,
    promised: Arc<AtomicUsize>,
}

/// Where the instances of one plugin lie, for as long as it is loaded.
pub(super) struct Seat {
    engine: Engine,
    pulse: Arc<Pulse>,
    /// what it was promised of the pool
    promise: Option<Promise>,
}

struct Promise {
    seats: usize,
    promised: Arc<AtomicUsize>,
}

/// What a plugin's entry needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    /// instances at once
    pub(super) instances: usize,
    /// elements that a table of it may have
    pub(super) table_elements: usize,
}

/// What one instance of a component takes of the pool.
#[derive(Debug, Clone, Copy)]
struct Parts {
    memories: u32,
    tables: u32,
}

impl Parts {
    /// Nothing where that cannot be known before it is instantiated.
    fn of(component: &Component) -> Option<Self> {
        let required = component.resources_required()?;
        Some(Self { memories: required.num_memories, tables: required.num_tables })
    }

    /// A component without a memory takes a seat, too.
    fn seats(self) -> usize {
        self.memories.div_ceil(MEMORIES_EACH).max(self.tables.div_ceil(TABLES_EACH)).max(1) as usize
    }
}

impl Need {
    /// Whether the pool may have it at all.
    fn fits(self) -> bool {
        self.table_elements <= POOL_TABLE_ELEMENTS
    }
}

impl Engines {
    /// Makes them. A machine that has no room for the pool does without; the log says so.
    ///
    /// # Errors
    /// When not even an engine without a pool can be had.
    pub(super) fn new(settings: &Config) -> Result<Self> {
        let pool = probed(settings).map_err(|error| format!("{error:#}"));
        if let Err(why) = &pool {
            tracing::warn!(why, "no room for a pool of instances: each gets memory of its own, and starts more slowly");
        }
        Ok(Self { plain: Engine::new(settings)?, pool, pulse: Arc::default() })
    }

    /// Every engine there is.
    pub(super) fn all(&self) -> impl Iterator<Item = &Engine> {
        std::iter::once(&self.plain).chain(self.pool.as_ref().ok().map(|pool| &pool.engine))
    }

    /// What the calls of all their instances are counted in.
    pub(super) fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }

    /// Where instances of so much need may lie, as far as the entry tells; a seat for nobody yet.
    pub(super) fn place(&self, need: Need) -> Seat {
        let pool = self.pool.as_ref().ok().filter(|_| need.fits());
        pool.and_then(|pool| pool.seat(0, &self.pulse)).unwrap_or_else(|| self.outside())
    }

    /// A seat in the pool for a component that was loaded there; nothing where there is no room left.
    pub(super) fn seat(&self, need: Need, component: &Component) -> Option<Seat> {
        let pool = self.pool.as_ref().ok().filter(|_| need.fits())?;
        pool.seat(need.instances.saturating_mul(Parts::of(component)?.seats()), &self.pulse)
    }

    /// A seat for nobody, as most plugins have it: to compile before it is known who needs what.
    pub(super) fn usual(&self) -> Seat {
        self.place(Need { instances: 0, table_elements: 0 })
    }

    /// The engine without a pool.
    pub(super) fn plain(&self) -> &Engine {
        &self.plain
    }

    /// A seat outside the pool, of which there are as many as memory allows.
    pub(super) fn outside(&self) -> Seat {
        Seat { engine: self.plain.clone(), pulse: Arc::clone(&self.pulse), promise: None }
    }
}

impl Pool {
    fn seat(&self, seats: usize, pulse: &Arc<Pulse>) -> Option<Seat> {
        let enough = |promised: usize| promised.checked_add(seats).filter(|sum| *sum <= POOL_SEATS);
        self.promised.fetch_update(Ordering::Relaxed, Ordering::Relaxed, enough).ok()?;
        let promise = Promise { seats, promised: Arc::clone(&self.promised) };
        Some(Seat { engine: self.engine.clone(), pulse: Arc::clone(pulse), promise: Some(promise) })
    }
}

impl Seat {
    /// The engine that its instances need.
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The mark of an instance that lies here.
    pub(super) fn call_mark(&self) -> CallMark {
        CallMark::new(&self.pulse)
    }

    /// Whether it is in the pool.
    pub(super) fn is_pooled(&self) -> bool {
        self.promise.is_some()
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.promised.fetch_sub(self.seats, Ordering::Relaxed);
    }
}

/// A pool counts once an instance was made in it.
fn probed(settings: &Config) -> Result<Pool> {
    let mut settings = settings.clone();
    settings.allocation_strategy(pooling());
    let engine = Engine::new(&settings)?;
    let module = Module::new(&engine, PROBE)?;
    Instance::new(&mut Store::new(&engine, ()), &module, &[])?;
    Ok(Pool { engine, promised: Arc::default() })
}

fn pooling() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(POOL_INSTANCES)
        .total_memories(POOL_INSTANCES * MEMORIES_EACH)
        .total_tables(POOL_INSTANCES * TABLES_EACH)
        .total_core_instances(POOL_INSTANCES * CORES_EACH)
        // Who waits needs a stack of its own, and lies outside. Each stack in the pool would cost a system call at start.
        .total_stacks(0)
        .max_memories_per_module(PER_MODULE)
        .max_tables_per_module(PER_MODULE)
        .max_component_instance_size(BOOKKEEPING_BYTES)
        .max_core_instance_size(BOOKKEEPING_BYTES)
        .table_elements(POOL_TABLE_ELEMENTS)
        .max_unused_warm_slots(UNUSED_WARM)
        .linear_memory_keep_resident(KEPT_BYTES)
        .table_keep_resident(KEPT_BYTES);
    pool
}

#[cfg(test)]
mod tests {
    use wasmtime::component::Linker;

    use super::*;

    const SOME: Need = Need { instances: POOL_SEATS / 2, table_elements: 100 };

    /// A component whose one module has so many memories.
    fn component(seat: &Seat, memories: usize) -> Component {
        let text =
            format!("(component (core module $m {}) (core instance (instantiate $m)))", "(memory 1)".repeat(memories));
        Component::new(seat.engine(), wat::parse_str(text).expect("text")).expect("a component")
    }

    /// Engines with a pool, and the place in it; nothing on a machine without the addresses.
    fn pooled() -> Option<(Engines, Seat)> {
        let engines = Engines::new(&Config::new()).expect("engines");
        let place = engines.place(SOME);
        place.is_pooled().then_some((engines, place))
    }

    fn instances(seat: &Seat, component: &Component, count: usize) -> Vec<Store<()>> {
        let linker = Linker::new(seat.engine());
        let made = (0..count).map(|_| {
            let mut store = Store::new(seat.engine(), ());
            linker.instantiate(&mut store, component).expect("an instance");
            store
        });
        made.collect()
    }

    #[test]
    fn who_finds_no_seat_gets_memory_of_its_own_and_a_seat_is_free_again() {
        let Some((engines, place)) = pooled() else { return };
        let usual = component(&place, 1);
        let (one, two) = (engines.seat(SOME, &usual), engines.seat(SOME, &usual));
        assert!(one.is_some() && two.is_some() && engines.seat(SOME, &usual).is_none());
        drop(one);
        assert!(engines.seat(SOME, &usual).is_some());
    }

    #[test]
    fn a_plugin_with_large_tables_lies_outside() {
        let engines = Engines::new(&Config::new()).expect("engines");
        assert!(!engines.place(Need { instances: 1, table_elements: POOL_TABLE_ELEMENTS + 1 }).is_pooled());
    }

    #[test]
    fn a_component_with_three_memories_takes_three_seats_and_starves_nobody() {
        let Some((engines, place)) = pooled() else { return };
        let (odd, usual) = (component(&place, 3), component(&place, 1));
        assert!(engines.seat(SOME, &odd).is_none(), "three times half of the pool");
        let need = Need { instances: POOL_SEATS / 4, table_elements: 100 };
        let (odds, rest) = (engines.seat(need, &odd).expect("3/4"), engines.seat(need, &usual).expect("1/4"));
        assert!(engines.seat(need, &usual).is_none());
        // As many as were promised, and those that are not yet taken down.
        let _odd = instances(&odds, &odd, need.instances);
        let _usual = instances(&rest, &usual, need.instances + POOL_INSTANCES as usize - POOL_SEATS - 10);
    }

    #[test]
    fn as_many_instances_as_promised_fit_beside_those_that_are_not_yet_taken_down() {
        let Some((_engines, place)) = pooled() else { return };
        let _all = instances(&place, &component(&place, 1), POOL_SEATS + 1024);
    }
}
