//! What uses up the machine: time, memory, stack. Never returns, but for the one that works a little.

use std::hint::black_box;

use witgate_plugin::Decision;

/// How much memory is asked for at a time, in bytes.
const PIECE_BYTES: usize = 1 << 20;

/// Turns of the innocent work: about one millisecond on a machine of our day.
const INNOCENT_TURNS: u64 = 500_000;

/// Never returns; the black box keeps the compiler from seeing that.
pub fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Works for a while that no limit forbids.
pub fn work_a_little() -> Decision {
    let mut sum = 0_u64;
    for turn in 0..INNOCENT_TURNS {
        sum = black_box(sum.wrapping_add(turn));
    }
    Decision::Allow
}

/// Asks and touches until the host refuses; the failed allocation then ends the guest.
pub fn hoard() -> ! {
    let mut pieces = Vec::new();
    loop {
        pieces.push(black_box(vec![1_u8; PIECE_BYTES]));
    }
}

/// Calls itself until the stack ends.
pub fn dive_for_ever() -> ! {
    loop {
        black_box(dive(black_box(0)));
    }
}

/// What comes back is used by the caller, so that no loop can replace the calls; all of it is in registers, so that it
/// is the host's stack which ends, not the guest's own in its memory.
#[inline(never)]
fn dive(depth: u64) -> u64 {
    if depth == u64::MAX {
        return 0;
    }
    let deeper = dive(depth + 1);
    deeper.rotate_left(7) ^ depth.wrapping_mul(deeper | 1)
}
