//! Which names an expression uses: a variable, field or function that does not exist is found when the config is loaded.
//!
//! Never leaves that to the first request: a misspelled name in a rule would refuse every caller.
use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, SelectExpr, operators};

/// The variables.
pub const VARIABLES: [&str; 3] = ["request", "claims", "attributes"];

/// The fields of `request`.
pub const REQUEST_FIELDS: [&str; 8] =
    ["method", "path", "route", "authority", "peer", "headers", "headerValues", "query"];

/// The function that this policy adds to the language.
pub const HAS_SCOPE: &str = "hasScope";

/// The function whose second operand is a regular expression.
const MATCHES: &str = "matches";

/// The functions that a rule may call: the language's own that need no clock, and ours.
const FUNCTIONS: [&str; 22] = [
    HAS_SCOPE,
    MATCHES,
    "bool",
    "bytes",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "hasValue",
    "int",
    "optional.none",
    "optional.of",
    "optional.ofNonZeroValue",
    "or",
    "orValue",
    "size",
    "startsWith",
    "string",
    "type",
    "uint",
    "value",
    operators::NOT_STRICTLY_FALSE,
];

const OPERATORS: [&str; 20] = [
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::SUBSTRACT,
    operators::ADD,
    operators::MULTIPLY,
    operators::DIVIDE,
    operators::MODULO,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::GREATER_EQUALS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::LESS,
    operators::NEGATE,
    operators::INDEX,
    operators::OPT_INDEX,
    operators::OPT_SELECT,
    operators::IN,
];

/// What takes an error for "absent".
const FORGIVING: [&str; 4] = [operators::OPT_INDEX, operators::OPT_SELECT, "optional.of", "optional.ofNonZeroValue"];

/// The names of types, for `type(x) == string`.
const TYPES: [&str; 11] =
    ["bool", "bytes", "double", "int", "list", "map", "null_type", "optional_type", "string", "type", "uint"];

/// The names that are legal where an expression stands: those above, and what the macros around it declare.
#[derive(Default)]
struct Scope<'e> {
    declared: Vec<&'e str>,
    found: Found<'e>,
}

/// What an expression has, beside its names.
#[derive(Debug, Default)]
pub struct Found<'e> {
    /// its regular expressions, which are texts written out
    pub patterns: Vec<&'e str>,
    /// whether something in it takes an error for "absent"
    pub is_forgiving: bool,
}

/// Checks every name.
///
/// # Errors
/// The name that does not exist, and those that do.
pub fn check(expression: &IdedExpr) -> Result<Found<'_>, String> {
    let mut scope = Scope::default();
    scope.visit(expression)?;
    Ok(scope.found)
}

impl<'e> Scope<'e> {
    fn visit(&mut self, expression: &'e IdedExpr) -> Result<(), String> {
        match &expression.expr {
            Expr::Unspecified | Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => self.select(select),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => list.elements.iter().try_for_each(|element| self.visit(element)),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| self.entry(&entry.expr)),
            Expr::Struct(message) => Err(format!("`{}`: there are no message types here", message.type_name)),
        }
    }

    fn entry(&mut self, entry: &'e EntryExpr) -> Result<(), String> {
        match entry {
            EntryExpr::StructField(field) => self.visit(&field.value),
            EntryExpr::MapEntry(entry) => {
                self.visit(&entry.key)?;
                self.visit(&entry.value)
            }
        }
    }

    fn name(&self, written: &str) -> Result<(), String> {
        let name = written.strip_prefix('.').unwrap_or(written);
        match self.declared.contains(&name) || VARIABLES.contains(&name) || TYPES.contains(&name) {
            true => Ok(()),
            false => Err(format!("`{written}`: there is no such variable; there are {}", VARIABLES.join(", "))),
        }
    }

    fn select(&mut self, select: &'e SelectExpr) -> Result<(), String> {
        if self.is_request(&select.operand) {
            field_of_request(&select.field)?;
        }
        self.visit(&select.operand)
    }

    /// `request["path"]`, `request[?"path"]` and `request.?path` are calls of an operator.
    fn member(&self, call: &CallExpr) -> Result<(), String> {
        let is_member = [operators::INDEX, operators::OPT_INDEX, operators::OPT_SELECT].contains(&&*call.func_name);
        match call.args.as_slice() {
            [operand, name] if is_member && self.is_request(operand) => match &name.expr {
                Expr::Literal(LiteralValue::String(field)) => field_of_request(field.inner()),
                _ => Err("`request[..]`: the field must be written out as a text".to_owned()),
            },
            _ => Ok(()),
        }
    }

    fn is_request(&self, operand: &IdedExpr) -> bool {
        let Expr::Ident(written) = &operand.expr else { return false };
        let name = written.strip_prefix('.').unwrap_or(written);
        name == "request" && !self.declared.contains(&name)
    }

    fn call(&mut self, call: &'e CallExpr) -> Result<(), String> {
        let function = qualified(call);
        if !FUNCTIONS.contains(&function.as_str()) && !OPERATORS.contains(&function.as_str()) {
            return Err(format!("`{function}`: there is no such function"));
        }
        self.member(call)?;
        self.found.is_forgiving |= FORGIVING.contains(&function.as_str());
        if function == MATCHES {
            self.found.patterns.push(pattern(call)?);
        }
        // of `optional.of(x)` the part before the dot is no variable
        let target = call.target.as_deref().filter(|_| function == call.func_name);
        target.into_iter().chain(&call.args).try_for_each(|part| self.visit(part))
    }

    fn comprehension(&mut self, written: &'e ComprehensionExpr) -> Result<(), String> {
        self.visit(&written.iter_range)?;
        self.visit(&written.accu_init)?;
        let outer = self.declared.len();
        self.declared.extend([written.iter_var.as_str(), written.accu_var.as_str()]);
        self.declared.extend(written.iter_var2.as_deref());
        let inner = [&written.loop_cond, &written.loop_step, &written.result];
        let checked = inner.into_iter().try_for_each(|part| self.visit(part));
        self.declared.truncate(outer);
        checked
    }
}

fn field_of_request(field: &str) -> Result<(), String> {
    if REQUEST_FIELDS.contains(&field) {
        return Ok(());
    }
    Err(format!("`request.{field}`: there is no such field; there are {}", REQUEST_FIELDS.join(", ")))
}

fn qualified(call: &CallExpr) -> String {
    match call.target.as_deref().map(|target| &target.expr) {
        Some(Expr::Ident(namespace)) if namespace == "optional" => format!("{namespace}.{}", call.func_name),
        _ => call.func_name.clone(),
    }
}

/// Written out, so that it can be checked now, and so that no caller makes a costly one.
fn pattern(call: &CallExpr) -> Result<&str, String> {
    match call.args.last().map(|pattern| &pattern.expr) {
        Some(Expr::Literal(LiteralValue::String(pattern))) => Ok(pattern.inner()),
        _ => Err(format!("`{MATCHES}`: the regular expression must be written out as a text")),
    }
}
