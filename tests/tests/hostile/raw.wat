;; An authorizer without a language: what @...@ stands for is one attack. It imports the log, exports its life and its
;; role, and answers `allow` where it is left as it is.
(component
  (import "witgate:policy/log@0.2.0" (instance $log
    (type $level (enum "debug" "info" "warn" "error"))
    (export "level" (type $exported-level (eq $level)))
    (export "log" (func (param "level" $exported-level) (param "message" string) (param "fields" (list (tuple string string)))))))

  @PARTS@

  (core module $store-module
    (memory (export "memory") 4)
    (global $next (mut i32) (i32.const 65536))
    ;; what the host passes in fits 64 KiB and is of use for one call only: after the end it begins again
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (if (i32.gt_u (i32.add (global.get $next) (local.get 3)) (i32.const 131000))
        (then (global.set $next (i32.const 65536))))
      (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (local.get $at)))
  (core instance $store (instantiate $store-module))
  (alias core export $store "memory" (core memory $memory))
  (alias core export $store "cabi_realloc" (core func $realloc))
  (core func $log (canon lower (func $log "log") (memory $memory)))

  ;; In the memory: 0 the name, 16 bytes that are no UTF-8, 32 a good code; 128 metadata, 192 the answer to configure,
  ;; 256 the decision.
  (core module $guest-module
    (import "store" "memory" (memory 1))
    (import "host" "log" (func $log (param i32 i32 i32 i32 i32)))
    (data (i32.const 0) "raw")
    (data (i32.const 16) "\ff\fe\c3\28")
    (data (i32.const 32) "raw_denied")
    @MODULE@
    (func $string (param $at i32) (param $from i32) (param $length i32)
      (i32.store (local.get $at) (local.get $from))
      (i32.store offset=4 (local.get $at) (local.get $length)))
    ;; a refusal: status, code, message
    (func $deny (param $code i32) (param $code-length i32) (param $message i32) (param $message-length i32) (result i32)
      (i32.store8 (i32.const 256) (i32.const 2))
      (i32.store16 (i32.const 260) (i32.const 403))
      (call $string (i32.const 264) (local.get $code) (local.get $code-length))
      (call $string (i32.const 272) (local.get $message) (local.get $message-length))
      (i32.const 256))
    (func $allow (result i32)
      (i32.store8 (i32.const 256) (i32.const 0))
      (i32.const 256))
    (func (export "describe") (result i32)
      @DESCRIBE@
      (call $string (i32.const 128) (i32.const 0) (i32.const 3))
      (call $string (i32.const 136) (i32.const 0) (i32.const 3))
      (call $string (i32.const 144) (i32.const 0) (i32.const 3))
      (i32.store8 (i32.const 152) (i32.const 0))
      (i32.const 128))
    (func (export "configure") (param i32 i32) (result i32)
      @CONFIGURE@
      (i32.store8 (i32.const 192) (i32.const 0))
      (i32.const 192))
    (func (export "authorize") (result i32)
      @AUTHORIZE@
      (call $allow)))
  (core instance $guest (instantiate $guest-module
    (with "store" (instance $store))
    (with "host" (instance (export "log" (func $log))))))

  (type $metadata (record (field "name" string) (field "version" string) (field "description" string)
    (field "config-schema" (option string))))
  (type $configured (result (error string)))
  (func $describe (result $metadata) (canon lift (core func $guest "describe") (memory $memory)))
  (func $configure (param "config-json" string) (result $configured)
    (canon lift (core func $guest "configure") (memory $memory) (realloc $realloc)))
  (component $life
    (type $own-metadata (record (field "name" string) (field "version" string) (field "description" string)
      (field "config-schema" (option string))))
    (import "import-metadata" (type $metadata (eq $own-metadata)))
    (import "import-describe" (func $describe (result $metadata)))
    (import "import-configure" (func $configure (param "config-json" string) (result (result (error string)))))
    (export $exported "metadata" (type $own-metadata))
    (export "describe" (func $describe) (func (result $exported)))
    (export "configure" (func $configure)))
  (instance $life (instantiate $life
    (with "import-metadata" (type $metadata))
    (with "import-describe" (func $describe))
    (with "import-configure" (func $configure))))
  (export "witgate:policy/lifecycle@0.2.0" (instance $life))

  (type $refusal (record (field "status" u16) (field "code" string) (field "message" string)))
  (type $decision (variant (case "allow") (case "abstain") (case "deny" $refusal)))
  (func $authorize (result $decision)
    (canon lift (core func $guest "authorize") (memory $memory) (realloc $realloc)))
  (component $role
    (type $own-refusal (record (field "status" u16) (field "code" string) (field "message" string)))
    (import "import-refusal" (type $refusal (eq $own-refusal)))
    (type $own-decision (variant (case "allow") (case "abstain") (case "deny" $refusal)))
    (import "import-decision" (type $decision (eq $own-decision)))
    (import "import-authorize" (func $authorize (result $decision)))
    (export $exported-refusal "refusal" (type $own-refusal))
    (type $decision-to-export (variant (case "allow") (case "abstain") (case "deny" $exported-refusal)))
    (export $exported-decision "decision" (type $decision-to-export))
    (export "authorize" (func $authorize) (func (result $exported-decision))))
  (instance $role (instantiate $role
    (with "import-refusal" (type $refusal))
    (with "import-decision" (type $decision))
    (with "import-authorize" (func $authorize))))
  (export "witgate:policy/authorizer@0.2.0" (instance $role)))
