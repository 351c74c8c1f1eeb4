;; An empty answer whose pointer lies beyond memory. crashed("abi: ...")
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
    (i32.store8 (i32.const 20) (i32.const 1)) ;; some
    (i32.store (i32.const 24) (i32.const 65537))
    (i32.store (i32.const 28) (i32.const 0))
    (i32.const 16)))
