;; cabi_realloc adds a page at each call and returns it: the host must look up the memory's base
;; and size after every call. Works; echoes.
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.shl (memory.grow (i32.const 1)) (i32.const 16)))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
    (i32.store8 (i32.const 20) (i32.const 1)) ;; some
    (i32.store (i32.const 24) (local.get 0))
    (i32.store (i32.const 28) (local.get 1))
    (i32.const 16)))
