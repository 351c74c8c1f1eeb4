;; The error text ends within a character. crashed("abi: ...")
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
    (i32.store8 (i32.const 16) (i32.const 1)) ;; error
    (i32.store (i32.const 20) (i32.const 64))
    (i32.store (i32.const 24) (i32.const 3))
    (i32.const 16))
  (data (i32.const 64) "a\e2\82"))
