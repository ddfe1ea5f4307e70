//! Types and functions of WIT, as WIT writes them. Never shortened: what is shown can be pasted into a `.wit` file.

use wit_parser::{Function, Resolve, Result_, Type, TypeDefKind};

/// A function: `get: func(key: string) -> option<list<u8>>`.
pub fn of_function(resolve: &Resolve, function: &Function) -> String {
    let of = |(name, ty): (&str, &Type)| format!("{name}: {}", of_type(resolve, ty));
    let parameters: Vec<String> =
        function.params.iter().map(|parameter| of((&parameter.name, &parameter.ty))).collect();
    let result = function.result.iter().map(|ty| format!(" -> {}", of_type(resolve, ty))).collect::<String>();
    format!("{}: func({}){result}", function.name, parameters.join(", "))
}

/// A type where it is used: by its name, if it has one.
pub fn of_type(resolve: &Resolve, ty: &Type) -> String {
    let Type::Id(id) = ty else { return primitive(ty).to_owned() };
    let definition = &resolve.types[*id];
    match &definition.name {
        Some(name) => name.clone(),
        None => of_kind(resolve, &definition.kind),
    }
}

/// A type without a name.
pub fn of_kind(resolve: &Resolve, kind: &TypeDefKind) -> String {
    let of = |ty: &Type| of_type(resolve, ty);
    match kind {
        TypeDefKind::Option(ty) => format!("option<{}>", of(ty)),
        TypeDefKind::List(ty) => format!("list<{}>", of(ty)),
        TypeDefKind::Type(ty) => of(ty),
        TypeDefKind::Tuple(tuple) => format!("tuple<{}>", tuple.types.iter().map(of).collect::<Vec<_>>().join(", ")),
        TypeDefKind::Result(Result_ { ok: None, err: None }) => "result".to_owned(),
        TypeDefKind::Result(Result_ { ok: Some(ok), err: None }) => format!("result<{}>", of(ok)),
        TypeDefKind::Result(Result_ { ok, err: Some(err) }) => {
            format!("result<{}, {}>", ok.as_ref().map_or("_".to_owned(), of), of(err))
        }
        other => panic!("tests/tests/pages/signature.rs cannot write a {} yet: add it", other.as_str()),
    }
}

fn primitive(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::ErrorContext => "error-context",
        Type::Id(_) => unreachable!("a type with an id is no primitive"),
    }
}
