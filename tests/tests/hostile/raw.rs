//! Components that no compiler would make: text, with one attack put into it. Never more than one attack in each.

/// The component, with places for an attack.
const TEMPLATE: &str = include_str!("raw.wat");

/// Never returns.
pub const LOOP: &str = "(loop $for-ever (br $for-ever))";

/// What is put into the component.
#[derive(Debug, Clone, Copy, Default)]
pub struct Raw {
    /// More parts of the component: modules, and instances of them.
    pub parts: &'static str,
    /// More fields of the guest's module.
    pub module: &'static str,
    /// The beginning of `describe`.
    pub describe: &'static str,
    /// The beginning of `configure`.
    pub configure: &'static str,
    /// The beginning of `authorize`.
    pub authorize: &'static str,
}

impl Raw {
    /// The bytes of the component.
    pub fn component(&self) -> Vec<u8> {
        let places = [
            ("@PARTS@", self.parts),
            ("@MODULE@", self.module),
            ("@DESCRIBE@", self.describe),
            ("@CONFIGURE@", self.configure),
            ("@AUTHORIZE@", self.authorize),
        ];
        let text = places.iter().fold(TEMPLATE.to_owned(), |text, (place, attack)| text.replace(place, attack));
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}

/// Attacks of a call, by name.
pub const IN_A_CALL: [(&str, Raw); 7] = [
    (
        "table-bomb",
        calling(
            "(table $table 1 funcref)",
            "(if (i32.eq (table.grow $table (ref.null func) (i32.const 10000000)) (i32.const -1)) (then (unreachable)))",
        ),
    ),
    ("bad-utf8-code", calling("", "(return (call $deny (i32.const 16) (i32.const 4) (i32.const 32) (i32.const 3)))")),
    (
        "bad-utf8-message",
        calling("", "(return (call $deny (i32.const 32) (i32.const 10) (i32.const 16) (i32.const 4)))"),
    ),
    (
        "string-past-the-end",
        calling("", "(return (call $deny (i32.const 32) (i32.const 10) (i32.const 262000) (i32.const 2000000000)))"),
    ),
    ("no-such-case", calling("", "(i32.store8 (i32.const 256) (i32.const 77)) (return (i32.const 256))")),
    ("answer-past-the-end", calling("", "(return (i32.const 2147483640))")),
    // 4,000 fields, each with the same two texts of 64 KiB: 32 KB of the guest's memory, 512 MiB for the host
    (
        "overlapping-texts",
        calling(
            "",
            "(local $at i32)
         (loop $more
           (call $string (i32.add (i32.const 131072) (local.get $at)) (i32.const 65536) (i32.const 65536))
           (local.set $at (i32.add (local.get $at) (i32.const 8)))
           (br_if $more (i32.lt_u (local.get $at) (i32.const 64000))))
         (call $log (i32.const 1) (i32.const 0) (i32.const 3) (i32.const 131072) (i32.const 4000))",
        ),
    ),
];

const fn calling(module: &'static str, authorize: &'static str) -> Raw {
    Raw { module, authorize, parts: "", describe: "", configure: "" }
}
