//! Method, path and route of the request of one call, each asked for once however often a policy wants it.
//!
//! Never outlives its call: whoever begins one calls [`forget`].
use std::cell::RefCell;
use std::rc::Rc;

/// A fact that stays the same for the length of a call.
#[derive(Clone, Copy)]
pub(crate) enum Fact {
    Method,
    Path,
    Route,
}

/// How many there are.
const FACTS: usize = 3;

thread_local! {
    static KNOWN: RefCell<[Option<Rc<str>>; FACTS]> = const { RefCell::new([const { None }; FACTS]) };
}

/// The fact, which is asked for only where this call has not told it yet.
pub(crate) fn once(fact: Fact, ask: impl FnOnce() -> String) -> Rc<str> {
    if let Some(known) = KNOWN.with_borrow(|known| known[fact as usize].clone()) {
        return known;
    }
    let told: Rc<str> = ask().into();
    KNOWN.with_borrow_mut(|known| known[fact as usize] = Some(Rc::clone(&told)));
    told
}

/// Another call begins: nothing is known of its request.
pub(crate) fn forget() {
    KNOWN.take();
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_fact_is_asked_for_once_in_each_call() {
        let asked = Cell::new(0);
        let path = |of: &str| {
            once(Fact::Path, || {
                asked.set(asked.get() + 1);
                of.to_owned()
            })
        };
        assert_eq!((&*path("/a"), &*path("/a"), asked.get()), ("/a", "/a", 1));
        assert_eq!(&*once(Fact::Method, || "GET".to_owned()), "GET", "each fact is kept apart");
        forget();
        assert_eq!((&*path("/b"), asked.get()), ("/b", 2), "the next call asks anew");
        forget();
    }
}
