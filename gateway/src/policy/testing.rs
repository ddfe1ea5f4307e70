//! A guest for unit tests, in text: what it does is the second character of the request's path.
//!
//! Never part of the program: tests of this crate have no compiled components.

use std::path::Path;
use std::sync::Arc;

use super::component::{Compiler, Digest, link};
use super::exchange::Exchange;
use super::exports::Exports;
use super::grants::Granted;
use super::instance::{Blueprint, Calling};
use super::loading::Compiling;
use super::log_rate::LogRate;
use super::making::{self, PluginError};
use super::plugin::Plugin;
use crate::config;
use crate::observe::metrics::Metrics;

/// An authorizer that allows, and misbehaves where the path says so.
const AUTHORIZER: &str = r#"
  (type $refusal (record (field "status" u16) (field "code" string) (field "message" string)))
  (type $decision (variant (case "allow") (case "abstain") (case "deny" $refusal)))
  (func $call (result $decision)
    (canon lift (core func $guest "call") (memory $memory "memory") (realloc (func $memory "realloc"))))
  (component $Role
    (type $refusal' (record (field "status" u16) (field "code" string) (field "message" string)))
    (import "refusal" (type $refusal (eq $refusal')))
    (type $decision' (variant (case "allow") (case "abstain") (case "deny" $refusal)))
    (import "decision" (type $decision (eq $decision')))
    (import "call" (func $call (result $decision)))
    (export $refusal_out "refusal" (type $refusal))
    (type $decision_out' (variant (case "allow") (case "abstain") (case "deny" $refusal_out)))
    (export $decision_out "decision" (type $decision_out'))
    (export "authorize" (func $call) (func (result $decision_out))))
  (instance $role (instantiate $Role (with "refusal" (type $refusal))
    (with "decision" (type $decision)) (with "call" (func $call))))
  (export "witgate:policy/authorizer@0.2.0" (instance $role))
"#;

/// Everything but the role. Results lie in zeroed memory from 16 on: zeros are allow, ok and empty texts.
const FRAME: &str = r#"
  (import "witgate:policy/request@0.2.0" (instance $request
    (export "authority" (func (result string))) (export "path" (func (result string)))))
  (import "witgate:policy/log@0.2.0" (instance $log
    (type $level' (enum "debug" "info" "warn" "error"))
    (export "level" (type $level (eq $level')))
    (export "log" (func (param "level" $level) (param "message" string) (param "fields" (list (tuple string string)))))))
  (core module $Memory
    (memory (export "memory") 2)
    (global $heap (export "heap") (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
      (global.set $heap (i32.add (local.get $at) (local.get 3)))
      (local.get $at)))
  (core instance $memory (instantiate $Memory))
  (core func $authority (canon lower (func $request "authority") (memory $memory "memory") (realloc (func $memory "realloc"))))
  (core func $path (canon lower (func $request "path") (memory $memory "memory") (realloc (func $memory "realloc"))))
  (core func $log (canon lower (func $log "log") (memory $memory "memory") (realloc (func $memory "realloc"))))
  (core module $Guest
    (import "memory" "memory" (memory 1))
    (import "memory" "heap" (global $heap (mut i32)))
    (import "host" "authority" (func $authority (param i32)))
    (import "host" "path" (func $path (param i32)))
    (import "host" "log" (func $log (param i32 i32 i32 i32 i32)))
    (table $table 1 funcref)
    (func $deep (result i32) (i32.add (call $deep) (i32.const 1)))
    (func $forever (loop $again (br $again)))
    (func (export "describe") (result i32) (i32.store (i32.const 132) (i32.const 1)) (i32.const 16))
    (func (export "configure") (param i32 i32) (result i32)
      (if (i32.eq (i32.load8_u offset=2 (local.get 0)) (i32.const 108)) (then (call $forever)))
      (i32.const 16))
    (func (export "call") (result i32) (local $what i32)
      (global.set $heap (i32.const 4096))
      (call $path (i32.const 256))
      (local.set $what (i32.load8_u offset=1 (i32.load (i32.const 256))))
      ;; t: trap
      (if (i32.eq (local.get $what) (i32.const 116)) (then (unreachable)))
      ;; l: loop
      (if (i32.eq (local.get $what) (i32.const 108)) (then (call $forever)))
      ;; p: leaves a mark, then loops; q: traps where the mark is
      (if (i32.eq (local.get $what) (i32.const 112)) (then (i32.store (i32.const 128) (i32.const 1)) (call $forever)))
      (if (i32.eq (local.get $what) (i32.const 113)) (then (if (i32.load (i32.const 128)) (then (unreachable)))))
      ;; r: traps where it was asked to describe itself
      (if (i32.eq (local.get $what) (i32.const 114)) (then (if (i32.load (i32.const 132)) (then (unreachable)))))
      ;; n: leaves a mark and allows
      (if (i32.eq (local.get $what) (i32.const 110)) (then (i32.store (i32.const 128) (i32.const 1))))
      ;; m: memory until it is refused; e: elements of a table; s: stack
      (if (i32.eq (local.get $what) (i32.const 109)) (then
        (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (unreachable)))
      (if (i32.eq (local.get $what) (i32.const 101)) (then
        (loop $more (br_if $more (i32.ne (table.grow $table (ref.null func) (i32.const 1000)) (i32.const -1)))) (unreachable)))
      (if (i32.eq (local.get $what) (i32.const 115)) (then (drop (call $deep))))
      ;; a: asks the host for ever; w: writes lines for ever; b: one line of 20,000 bytes
      (if (i32.eq (local.get $what) (i32.const 97)) (then
        (loop $more (global.set $heap (i32.const 4096)) (call $authority (i32.const 256)) (br $more))))
      (if (i32.eq (local.get $what) (i32.const 119)) (then
        (loop $more (call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (br $more))))
      (if (i32.eq (local.get $what) (i32.const 98)) (then
        (call $log (i32.const 0) (i32.const 8192) (i32.const 20000) (i32.const 0) (i32.const 0))))
      ;; d: a denial with a message of 100,000 bytes
      (if (i32.eq (local.get $what) (i32.const 100)) (then
        (i32.store8 (i32.const 320) (i32.const 2)) (i32.store (i32.const 340) (i32.const 100000)) (return (i32.const 320))))
      (i32.const 16)))
  (core instance $guest (instantiate $Guest (with "memory" (instance $memory))
    (with "host" (instance (export "authority" (func $authority)) (export "path" (func $path))
      (export "log" (func $log))))))
  (type $metadata (record (field "name" string) (field "version" string) (field "description" string)
    (field "config-schema" (option string))))
  (func $describe (result $metadata) (canon lift (core func $guest "describe") (memory $memory "memory")))
  (func $configure (param "config-json" string) (result (result (error string)))
    (canon lift (core func $guest "configure") (memory $memory "memory") (realloc (func $memory "realloc"))))
  (component $Life
    (type $metadata' (record (field "name" string) (field "version" string) (field "description" string)
      (field "config-schema" (option string))))
    (import "metadata" (type $metadata (eq $metadata')))
    (import "describe" (func $describe (result $metadata)))
    (import "configure" (func $configure (param "config-json" string) (result (result (error string)))))
    (export $metadata_out "metadata" (type $metadata))
    (export "describe" (func $describe) (func (result $metadata_out)))
    (export "configure" (func $configure)))
  (instance $life (instantiate $Life (with "metadata" (type $metadata)) (with "describe" (func $describe))
    (with "configure" (func $configure))))
  (export "witgate:policy/lifecycle@0.2.0" (instance $life))
"#;

/// A compiler, and the metrics of what it loads. Without it no tick ends a loop: it must outlive its plugins.
pub(super) struct Bench {
    compiler: Compiler,
    pub(super) metrics: Arc<Metrics>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self { compiler: Compiler::start(Compiling::InProcess).expect("an engine"), metrics: Arc::default() }
    }

    /// The guest as a plugin for two workers; `keys` stand in its entry.
    pub(super) fn load(&self, keys: &str, calling: Calling) -> Result<Plugin, PluginError> {
        let entry = entry(keys);
        let bytes = wat::parse_str(format!("(component {FRAME} {AUTHORIZER})")).expect("well-formed text");
        let digest = Digest::of(&bytes);
        let (component, seat) = self.compiler.seated(&bytes, digest, making::need(&entry, 2, calling))?;
        let linked = link(&component, entry.world, &Granted::default())?;
        let exports = Exports::of(&linked).expect("its functions");
        let lines =
            LogRate::new(&entry.name, entry.limits.log_lines_per_second, self.metrics.policies().of(&entry.name));
        let blueprint = Blueprint {
            plugin: entry.name.clone(),
            seat,
            linked,
            exports,
            config_json: entry.config_json.as_str().into(),
            hidden: Arc::default(),
            limits: entry.limits,
            log_rate: Arc::new(lines),
            recycle: entry.recycle,
            calling,
            staged: None,
        };
        Plugin::of(blueprint, digest, &entry, 2, (self.compiler.refill(), &self.metrics))
    }

    /// What a metric stands at.
    pub(super) fn count(&self, metric: &str) -> u64 {
        let text = self.metrics.encode().expect("metrics");
        let line = text.lines().find(|line| line.starts_with(&format!("witgate_{metric}{{")));
        line.and_then(|line| line.split_whitespace().last()).map_or(0, |number| number.parse().expect("a number"))
    }
}

/// One request that asks the guest for something.
pub(super) fn ask(what: &str) -> Box<Exchange> {
    let (path, route) = (format!("/{what}").into(), "test".into());
    Box::new(Exchange { path, route, authority: "a".repeat(100), ..Exchange::vacant() })
}

fn entry(keys: &str) -> config::Plugin {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("guest.wasm"), "").expect("a file");
    let text = format!(
        "[[listeners]]\naddress = \"127.0.0.1:0\"\n[plugins.guest]\nworld = \"authorizer\"\nfile = \"guest.wasm\"\n{keys}"
    );
    let path: &Path = &folder.path().join("gateway.toml");
    let config = config::parse(path, text).unwrap_or_else(|faults| panic!("{}", faults.render()));
    config.plugins.into_iter().next().expect("a plugin")
}
