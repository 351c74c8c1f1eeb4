//! Compiled modules: code, its host functions linked, its exports looked up.

use std::ffi::c_void;
use std::mem::MaybeUninit;

use wasmtime::{Caller, Engine, ExternType, InstancePre, Linker, Module, ModuleExport, ValRaw};

use crate::guest::State;
use crate::{Text, View, guard};

/// How a host function ended the guest: C++ knows why.
#[derive(Debug)]
pub struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a host function ended the guest")
    }
}
impl std::error::Error for Stopped {}

/// Gets the guest's context, itself as caller, and arguments that become results. Not 0: the guest
/// ends here.
pub type HostFunction =
    extern "C" fn(context: *mut c_void, caller: *mut Caller<'_, State>, values: *mut ValRaw) -> u32;

const _: () = assert!(size_of::<ValRaw>() == 16 && align_of::<ValRaw>() == 8);

pub struct Compiled {
    pub pre: InstancePre<State>,
    /// By the number that C++ gives to an export; what the module lacks is none.
    pub exports: Box<[Option<ModuleExport>]>,
}

/// Compiles `wasm` and links `functions`, one for each of its imports in their order. `exports`
/// names what calls will want, by number; an empty name is an export that the module lacks.
///
/// # Safety
/// All arguments are readable, `error` writable. The functions fit the imports' types.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_module_new(
    engine: *const Engine,
    wasm: View,
    functions: *const HostFunction,
    function_count: usize,
    exports: *const View,
    export_count: usize,
    error: *mut Text,
) -> *mut Compiled {
    guard(error, std::ptr::null_mut(), || {
        let engine = unsafe { &*engine };
        let module =
            unsafe { Module::from_binary(engine, wasm.bytes()) }.map_err(|e| format!("{e:#}"))?;
        let mut linker: Linker<State> = Linker::new(engine);
        linker.allow_shadowing(true);
        for (index, import) in module.imports().enumerate() {
            let ExternType::Func(ty) = import.ty() else {
                return Err(format!("import '{}' is not a function", import.name()));
            };
            if index >= function_count {
                return Err(format!("import '{}' has no host function", import.name()));
            }
            let function = unsafe { *functions.add(index) };
            let run = move |mut caller: Caller<'_, State>, values: &mut [MaybeUninit<ValRaw>]| {
                let context = caller.data().context();
                match function(context, &mut caller, values.as_mut_ptr().cast()) {
                    0 => Ok(()),
                    _ => Err(wasmtime::Error::new(Stopped)),
                }
            };
            unsafe { linker.func_new_unchecked(import.module(), import.name(), ty, run) }
                .map_err(|e| format!("{e:#}"))?;
        }
        let pre = linker
            .instantiate_pre(&module)
            .map_err(|e| format!("{e:#}"))?;
        let mut found = Vec::with_capacity(export_count);
        for index in 0..export_count {
            let name = unsafe { (*exports.add(index)).bytes() };
            found.push(match std::str::from_utf8(name) {
                Ok(name) if !name.is_empty() => module.get_export_index(name),
                _ => None,
            });
        }
        Ok(Box::into_raw(Box::new(Compiled {
            pre,
            exports: found.into(),
        })))
    })
}

/// # Safety
/// All guests of the module are freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_module_free(module: *mut Compiled) {
    guard(std::ptr::null_mut(), (), || {
        drop(unsafe { Box::from_raw(module) });
        Ok(())
    })
}
