;; handle calls proc_exit with the first byte of the message: 0 is a normal exit, N is
;; crashed("exit code N").
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $f (param i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
    (call $f (i32.load8_u (local.get 0)))
    (unreachable)))
