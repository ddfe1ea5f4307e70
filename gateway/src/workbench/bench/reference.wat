;; What `witgate plugin bench` compares with: an authorizer that counts to 5,000 and allows. It imports nothing.
;; Never change what it does: saved baselines are told in its calls.
(component
  (core module $Memory
    (memory (export "memory") 1)
    (global $heap (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
      (global.set $heap (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
    (func (export "describe") (result i32) (i32.const 16))
    (func (export "configure") (param i32 i32) (result i32) (i32.const 64))
    (func (export "call") (result i32) (local $count i32) (local $sum i32)
      (local.set $count (i32.const 5000))
      (loop $again
        (local.set $sum (i32.xor (i32.mul (local.get $sum) (i32.const 31)) (local.get $count)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br_if $again (local.get $count)))
      ;; the sum is kept, so that nobody may leave the loop out
      (i32.store (i32.const 1024) (local.get $sum))
      (global.set $heap (i32.const 4096))
      ;; zeros: allow
      (i32.const 64))
    ;; "reference", "1.0.0", no description, no schema
    (data (i32.const 512) "reference1.0.0")
    (data (i32.const 16) "\00\02\00\00\09\00\00\00\09\02\00\00\05\00\00\00"))
  (core instance $guest (instantiate $Memory))
  (alias core export $guest "memory" (core memory $memory))

  (type $refusal (record (field "status" u16) (field "code" string) (field "message" string)))
  (type $decision (variant (case "allow") (case "abstain") (case "deny" $refusal)))
  (func $call (result $decision)
    (canon lift (core func $guest "call") (memory $memory) (realloc (func $guest "realloc"))))
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

  (type $metadata (record (field "name" string) (field "version" string) (field "description" string)
    (field "config-schema" (option string))))
  (func $describe (result $metadata) (canon lift (core func $guest "describe") (memory $memory)))
  (func $configure (param "config-json" string) (result (result (error string)))
    (canon lift (core func $guest "configure") (memory $memory) (realloc (func $guest "realloc"))))
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
  (export "witgate:policy/lifecycle@0.2.0" (instance $life)))
