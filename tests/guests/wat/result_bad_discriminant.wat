;; The result is neither ok (0) nor error (1) but 2. crashed("abi: ...")
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
    (i32.store8 (i32.const 16) (i32.const 2))
    (i32.const 16)))
