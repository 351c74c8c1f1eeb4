;; Answers with four bytes: what table.grow by 2,000,000 returned, -1 beyond the limit, which ends
;; nothing. Works.
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
    (i32.store (i32.const 64) (table.grow $t (ref.null func) (i32.const 2000000)))
    (i32.store8 (i32.const 20) (i32.const 1)) ;; some
    (i32.store (i32.const 24) (i32.const 64))
    (i32.store (i32.const 28) (i32.const 4))
    (i32.const 16))
  (table $t 1 funcref))
