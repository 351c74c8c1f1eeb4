;; The newer mangling of names, which this host does not speak. Refused, by name.
(module
  (memory (export "cm32p2_memory") 1)
  (func (export "cm32p2_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "cm32p2|troupe:actor/guest@0.1|start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "cm32p2|troupe:actor/guest@0.1|handle") (param i32 i32) (result i32) (i32.const 16)))
