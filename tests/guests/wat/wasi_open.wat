;; Answers with what path_open returns for a file: a number that says no. Works.
(module
  (import "wasi_snapshot_preview1" "path_open" (func $f (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
    (i32.store8 (i32.const 64) (call $f (i32.const 3) (i32.const 0) (i32.const 128) (i32.const 11) (i32.const 0)
      (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 32)))
    (i32.store8 (i32.const 20) (i32.const 1)) ;; some
    (i32.store (i32.const 24) (i32.const 64))
    (i32.store (i32.const 28) (i32.const 1))
    (i32.const 16))
  (data (i32.const 128) "/etc/passwd"))
