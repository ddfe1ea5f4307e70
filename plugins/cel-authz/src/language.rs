//! The language as this policy speaks it: the standard functions, the variables, `hasScope`.
//!
//! Never has a clock: without the crate's `chrono` there is no timestamp and no duration.
use std::sync::Arc;

use cel::{Context, Env, ExecutionError, Program, Value};
use witgate_plugin::claims;

use crate::facts::{Attributes, Claims, Request};
use crate::lookup::{Lookup, strictly};
use crate::names::HAS_SCOPE;
use crate::{names, reason};

/// Longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 4096;

/// An expression, checked.
pub struct Expression {
    program: Program,
    /// whether something in it takes an error for "absent"
    is_forgiving: bool,
}

impl Expression {
    /// What it gives for the request. Where it has optional forms, a fact that could not be read is an error, too.
    ///
    /// # Errors
    /// Why it gives nothing. It may hold values of the request.
    pub fn evaluate(&self, context: &Context<'_, '_>) -> Result<Value, ExecutionError> {
        let run = || self.program.execute(context);
        if self.is_forgiving { strictly(run) } else { run() }
    }
}

/// What every expression is compiled and run with.
pub struct Language {
    env: Arc<Env>,
    context: Context<'static, 'static>,
}

impl Language {
    /// The language with its variables, of which none is read yet.
    ///
    /// # Errors
    /// Where the crate refuses our function.
    pub fn new() -> Result<Self, String> {
        let env = Arc::new(Env::stdlib());
        let mut context = Context::with_env(Arc::clone(&env));
        context
            .add_function(HAS_SCOPE, |scope: Arc<String>| claims::has_scope(&scope))
            .map_err(|error| error.to_string())?;
        context.add_variable_as_val("request", Box::new(Lookup(Request)));
        context.add_variable_as_val("claims", Box::new(Lookup(Claims)));
        context.add_variable_as_val("attributes", Box::new(Lookup(Attributes)));
        Ok(Self { env, context })
    }

    /// Reads an expression, and finds what can be found wrong with it before a request comes.
    ///
    /// # Errors
    /// A sentence: its syntax, a name that does not exist, a regular expression that is none.
    pub fn compile(&self, expression: &str) -> Result<Expression, String> {
        if expression.len() > MAX_EXPRESSION_BYTES {
            return Err(format!("has {} bytes; {MAX_EXPRESSION_BYTES} are allowed", expression.len()));
        }
        let program = self.env.compile(expression).map_err(|errors| reason::of_syntax(&errors))?;
        let names::Found { patterns, is_forgiving } = names::check(program.expression())?;
        patterns.into_iter().try_for_each(|pattern| self.check_pattern(pattern))?;
        Ok(Expression { program, is_forgiving })
    }

    /// What every expression is run with. What it reads is read of the request of the call under way.
    pub fn context(&self) -> &Context<'static, 'static> {
        &self.context
    }

    /// The language itself tries the pattern, so that no other parser than the one in use judges it.
    fn check_pattern(&self, pattern: &str) -> Result<(), String> {
        let trial = self.env.compile("''.matches(pattern)").map_err(|errors| reason::of_syntax(&errors))?;
        let mut scope = self.context.new_inner_scope();
        scope.add_variable_from_value("pattern", pattern);
        match trial.execute(&scope) {
            Ok(_) => Ok(()),
            Err(_) => Err(format!("`matches`: `{pattern}` is no regular expression")),
        }
    }
}
