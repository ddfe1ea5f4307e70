//! Every attack within a request, with its end. Never one whose end depends on how fast the machine is.

use crate::attack::{Attack, By, End};

use By::{Authenticator, Authorizer, Filter, Raw, ResponseFilter, Router};
use End::{Fault, Harmless, Refused};

const BROKEN: &str = "contract";
const NO_TOKEN: &str = "a header name that is no token";
const ONLY_OURS: &str = "which only the gateway sets";
const CONTROL: &str = "a value with control characters";
const NOT_ALLOWED: &str = "an upstream that the route does not allow";
const NOT_CANONICAL: &str = "a path that is not canonical";
const NOT_VERIFIED: &str = "`authenticated` without a verified token";
const TOO_MANY: &str = "used more than returned-headers = 64 in one call";
const TOO_MUCH: &str = "used more than returned-bytes = 65536 in one call";
const TOO_LARGE: &str = "used more than host-call-bytes = 1048576 in one call";

/// All of them.
pub const ALL: [Attack; 61] = [
    Attack::of(Authorizer, "trap", Fault("trap", "trapped: ")),
    Attack::of(Authorizer, "loop", Fault("cpu_ms", "used more than cpu-ms = 5 in one call")),
    Attack::of(Authorizer, "memory", Fault("memory_bytes", "used more than memory-bytes = 67108864 in one instance")),
    Attack::of(Authorizer, "stack", Fault("stack_bytes", "used more than stack-bytes = 524288 in one instance")),
    Attack::of(Authorizer, "host-calls", Fault("host_call_bytes", TOO_LARGE)),
    Attack::of(Authorizer, "log-lines", Fault("log_lines", "used more than log-lines = 32 in one call")),
    Attack::of(Authorizer, "log-bytes", Fault("log_bytes", "used more than log-bytes = 16384 in one call")),
    Attack::of(Authorizer, "log-injection", Harmless),
    Attack::of(Authorizer, "huge-message", Fault("host_call_bytes", TOO_LARGE)),
    Attack::of(Authorizer, "long-message", Fault(BROKEN, "a refusal with a message of 100000 bytes")),
    Attack::of(Authorizer, "inject-code", Fault(BROKEN, "a refusal whose code is not [a-z0-9_]{1,64}")),
    Attack::of(Authorizer, "inject-message", Refused(403, "injected")),
    Attack::of(Authorizer, "refuse-with-success", Fault(BROKEN, "a refusal with status 200")),
    Attack::of(Authorizer, "need-claims", Refused(403, "no_claims")),
    Attack::of(Raw, "table-bomb", Fault("table_elements", "used more than table-elements = 20000 in one table")),
    Attack::of(Raw, "bad-utf8-code", Fault("trap", "utf-8")),
    Attack::of(Raw, "bad-utf8-message", Fault("trap", "utf-8")),
    Attack::of(Raw, "string-past-the-end", Fault("trap", "out of bounds")),
    Attack::of(Raw, "no-such-case", Fault("trap", "discriminant")),
    Attack::of(Raw, "answer-past-the-end", Fault("trap", "out of bounds")),
    Attack::of(Raw, "overlapping-texts", Fault("host_call_bytes", TOO_LARGE)),
    Attack::of(Authenticator, "never-verify", Fault(BROKEN, NOT_VERIFIED)),
    Attack::of(Authenticator, "ignore-failure", Fault(BROKEN, NOT_VERIFIED)),
    Attack::of(Authenticator, "verify-then-fail", Fault(BROKEN, NOT_VERIFIED)),
    Attack::of(Authenticator, "read-before", Harmless),
    Attack::of(Authenticator, "anonymous", Refused(401, "anonymous_refused")),
    Attack::of(Authenticator, "verify-flood", Fault("verifications", "used more than verifications = 8 in one call")),
    Attack::of(Authenticator, "many-attributes", Fault("returned_headers", TOO_MANY)),
    Attack::of(Authenticator, "huge-attribute", Fault("returned_bytes", TOO_MUCH)),
    Attack::of(Router, "unlisted-upstream", Fault(BROKEN, NOT_ALLOWED)),
    Attack::of(Router, "unknown-upstream", Fault(BROKEN, NOT_ALLOWED)),
    Attack::of(Router, "path-up", Fault(BROKEN, NOT_CANONICAL)),
    Attack::of(Router, "path-encoded", Fault(BROKEN, NOT_CANONICAL)),
    Attack::of(Router, "path-split", Fault(BROKEN, NOT_CANONICAL)),
    Attack::of(Router, "path-authority", Fault(BROKEN, NOT_CANONICAL)),
    Attack::of(Router, "huge-path", Fault("host_call_bytes", TOO_LARGE)),
    Attack::of(Router, "many-attributes", Fault("returned_headers", TOO_MANY)),
    Attack::of(Filter, "inject-value", Fault(BROKEN, CONTROL)),
    Attack::of(Filter, "inject-nul", Fault(BROKEN, CONTROL)),
    Attack::of(Filter, "inject-name", Fault(BROKEN, NO_TOKEN)),
    Attack::of(Filter, "empty-name", Fault(BROKEN, NO_TOKEN)),
    Attack::of(Filter, "unicode-name", Fault(BROKEN, NO_TOKEN)),
    Attack::of(Filter, "framing", Fault(BROKEN, ONLY_OURS)),
    Attack::of(Filter, "length", Fault(BROKEN, ONLY_OURS)),
    Attack::of(Filter, "identity", Fault(BROKEN, ONLY_OURS)),
    Attack::of(Filter, "identity-twin", Fault(BROKEN, ONLY_OURS)),
    Attack::of(Filter, "many", Fault("returned_headers", TOO_MANY)),
    Attack::of(Filter, "much", Fault("returned_bytes", TOO_MUCH)),
    Attack::of(Filter, "huge", Fault("host_call_bytes", TOO_LARGE)),
    Attack::of(ResponseFilter, "inject-value", Fault(BROKEN, CONTROL)),
    Attack::of(ResponseFilter, "inject-nul", Fault(BROKEN, CONTROL)),
    Attack::of(ResponseFilter, "inject-name", Fault(BROKEN, NO_TOKEN)),
    Attack::of(ResponseFilter, "empty-name", Fault(BROKEN, NO_TOKEN)),
    Attack::of(ResponseFilter, "unicode-name", Fault(BROKEN, NO_TOKEN)),
    Attack::of(ResponseFilter, "framing", Fault(BROKEN, ONLY_OURS)),
    Attack::of(ResponseFilter, "length", Fault(BROKEN, ONLY_OURS)),
    Attack::of(ResponseFilter, "identity", Fault(BROKEN, ONLY_OURS)),
    Attack::of(ResponseFilter, "identity-twin", Fault(BROKEN, ONLY_OURS)),
    Attack::of(ResponseFilter, "many", Fault("returned_headers", TOO_MANY)),
    Attack::of(ResponseFilter, "much", Fault("returned_bytes", TOO_MUCH)),
    Attack::of(ResponseFilter, "huge", Fault("host_call_bytes", TOO_LARGE)),
];
