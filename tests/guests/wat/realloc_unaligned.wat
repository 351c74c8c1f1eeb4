;; cabi_realloc returns an odd pointer for a list of handles, aligned to 4. crashed("abi: ...") at
;; the first message
(module
  (import "troupe:actor/host@0.1.0" "received" (func $f (param i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 1025))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
    (call $f (i32.const 32))
    (i32.const 16)))
