;; Logs at level 5; the last is 4. crashed("abi: ...")
(module
  (import "troupe:actor/host@0.1.0" "log" (func $f (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
    (call $f (i32.const 5) (i32.const 64) (i32.const 0))
    (i32.const 16)))
