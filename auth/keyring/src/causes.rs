//! An error as the operator reads it. Never for a caller.

/// An error and all its causes in one line.
pub(crate) fn with_causes(fault: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(fault), |one| one.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
