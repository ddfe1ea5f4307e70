//! What holds of every claim. Never a header by header account: the tables beside this do that.
use proptest::prelude::*;
use witgate_plugin::strategies;

use super::*;

proptest! {
    /// A client's own `x-tenant` must not reach the upstream, whatever the token's claim looks like. `run` also holds each
    /// operation to the contract, so no claim gets a line break into a header.
    #[test]
    fn each_header_of_the_config_is_set_or_removed(request in strategies::request(), all in strategies::claims()) {
        let request = request.claims(all);
        let ops = forwarded(&request);
        for name in ["x-tenant", "x-plan", "x-roles", "x-region", "x-gateway", "cookie"] {
            let touched = |op: &&HeaderOp| matches!(op, HeaderOp::Set(known, _) | HeaderOp::Remove(known) if known == name);
            prop_assert_eq!(ops.iter().filter(touched).count(), 1, "{} in {:?}", name, &ops);
        }
        prop_assert_eq!(ops.len(), 6);
        prop_assert_eq!(answered(&request).len(), 4);
    }
}
