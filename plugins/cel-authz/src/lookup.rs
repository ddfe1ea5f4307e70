//! Facts of the request that an expression reads by name, as values of the language.
//!
//! Never reads a fact before the expression asks for it, and never lists what there is: the gateway does not tell.
use std::any::Any;
use std::cell::RefCell;
use std::fmt::Debug;

use cel::ExecutionError;
use cel::common::traits::{Container, Indexer};
use cel::common::types::{CelString, Type};
use cel::common::value::{CowVal, StaticVal, Val};

/// What a look-up finds: nothing where there is no such fact.
pub type Found = Result<Option<Box<dyn Val>>, ExecutionError>;

/// Facts with names.
pub trait Facts: Debug + Clone + Send + Sync + 'static {
    /// The name of the type, as an error of the language shows it.
    const TYPE: &'static Type;

    /// Reads one fact.
    ///
    /// # Errors
    /// Where it is there, and no value of the language.
    fn read(&self, name: &str) -> Found;
}

thread_local! {
    /// The first look-up that failed in the expression that runs.
    static FAILED: RefCell<Option<ExecutionError>> = const { RefCell::new(None) };
}

/// Runs an expression; a look-up that failed in it is an error, also where the language went on without it. Its optional
/// forms (`.?name`) make "absent" of every error, and a fact that cannot be read is not absent.
///
/// # Errors
/// The look-up's, else the expression's own.
pub fn strictly<T>(run: impl FnOnce() -> Result<T, ExecutionError>) -> Result<T, ExecutionError> {
    FAILED.take();
    let given = run();
    FAILED.take().map_or(given, Err)
}

/// Facts as a value that has members: `facts.name`, `facts["name"]`, `has(facts.name)`, `"name" in facts`.
#[derive(Debug, Clone)]
pub struct Lookup<F>(pub F);

impl<F: Facts> Lookup<F> {
    fn member(&self, name: &dyn Val) -> Result<Box<dyn Val>, ExecutionError> {
        match self.look_up(name)? {
            Some(found) => Ok(found),
            None => Err(ExecutionError::no_such_key(text(name)?)),
        }
    }

    /// Every look-up passes here, so that none fails unnoticed.
    fn look_up(&self, name: &dyn Val) -> Found {
        let found = text(name).and_then(|name| self.0.read(name));
        found.inspect_err(|error| {
            FAILED.with_borrow_mut(|failed| {
                failed.get_or_insert_with(|| error.clone());
            });
        })
    }
}

impl<F: Facts> Val for Lookup<F> {
    fn get_type(&self) -> &Type {
        F::TYPE
    }

    fn cel_type() -> &'static Type {
        F::TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl<F: Facts> StaticVal for Lookup<F> {}

impl<F: Facts> Container for Lookup<F> {
    fn contains(&self, name: &dyn Val) -> Result<bool, ExecutionError> {
        self.look_up(name).map(|found| found.is_some())
    }
}

impl<F: Facts> Indexer for Lookup<F> {
    fn get<'b, 'v>(&'b self, name: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.member(name).map(CowVal::Owned)
    }

    fn steal<'v>(self: Box<Self>, name: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.member(name)
    }
}

fn text(name: &dyn Val) -> Result<&str, ExecutionError> {
    let unexpected =
        || ExecutionError::UnexpectedType { got: name.get_type().name().to_owned(), want: "a string".to_owned() };
    name.downcast_ref::<CelString>().map(CelString::inner).ok_or_else(unexpected)
}
