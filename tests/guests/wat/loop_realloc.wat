;; Loops in cabi_realloc from the second call on: start lives, the first message does not.
;; exceeded("deadline")
(module
  (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (loop $again (br_if $again (i32.gt_u (global.get $calls) (i32.const 1))))
    (i32.const 1024))
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32) (i32.const 16)))
