;; Other exports are ignored and never called; each of these would trap. Works.
(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32) (i32.const 16))
  (func (export "main") (unreachable))
  (func (export "_start") (unreachable))
  (func (export "other:package/thing@1.0.0#run") (unreachable)))
