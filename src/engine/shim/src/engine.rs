//! Engines, and the linear memories that C++ supplies to them.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::sync::Arc;

use wasmtime::{
    Config, Engine, LinearMemory, MemoryCreator, MemoryType, OptLevel, RegallocAlgorithm,
};

use crate::{Text, guard};

/// A linear memory: C++ owns the structure and the bytes; `size` is kept current here.
#[repr(C)]
pub struct Memory {
    base: *mut u8,
    size: u64,
    capacity: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct MemorySource {
    context: *mut c_void,
    /// Zeroed memory of `min_bytes`, with room for as much of `max_bytes` as it may get; or null.
    acquire: extern "C" fn(*mut c_void, u64, u64) -> *mut Memory,
    release: extern "C" fn(*mut c_void, *mut Memory),
}

// C++ promises that both functions may be called on any thread.
unsafe impl Send for MemorySource {}
unsafe impl Sync for MemorySource {}

unsafe impl MemoryCreator for MemorySource {
    fn new_memory(
        &self,
        _: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        _: Option<usize>,
        _: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        let max = maximum.map_or(u64::MAX, |bytes| bytes as u64);
        let memory = (self.acquire)(self.context, minimum as u64, max);
        if memory.is_null() {
            return Err("no memory left for another instance".to_string());
        }
        Ok(Box::new(Slice {
            memory,
            source: *self,
        }))
    }
}

struct Slice {
    memory: *mut Memory,
    source: MemorySource,
}

// A store and its memories belong to one thread at a time.
unsafe impl Send for Slice {}
unsafe impl Sync for Slice {}

unsafe impl LinearMemory for Slice {
    fn byte_size(&self) -> usize {
        unsafe { (*self.memory).size as usize }
    }
    fn byte_capacity(&self) -> usize {
        unsafe { (*self.memory).capacity as usize }
    }
    fn grow_to(&mut self, new_size: usize) -> wasmtime::Result<()> {
        let memory = unsafe { &mut *self.memory };
        if new_size as u64 > memory.capacity {
            return Err(wasmtime::Error::msg("the memory's slice is full"));
        }
        memory.size = new_size as u64;
        Ok(())
    }
    fn as_ptr(&self) -> *mut u8 {
        unsafe { (*self.memory).base }
    }
}

impl Drop for Slice {
    fn drop(&mut self) {
        (self.source.release)(self.source.context, self.memory);
    }
}

#[repr(C)]
pub struct EngineOptions {
    epochs: bool,
    fuel: bool,
    canonical_nans: bool,
    stack_bytes: u32,
    backtrace_frames: u32,
    memory: MemorySource,
}

/// The whole configuration; `src/engine/README.md` says why, line by line.
fn configure(options: &EngineOptions) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(options.epochs)
        .consume_fuel(options.fuel)
        .cranelift_nan_canonicalization(options.canonical_nans)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking)
        .max_wasm_stack(options.stack_bytes as usize)
        .wasm_backtrace_max_frames(NonZeroUsize::new(options.backtrace_frames as usize))
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable)
        .native_unwind_info(false)
        .signals_based_traps(false)
        .memory_reservation(0)
        .memory_reservation_for_growth(0)
        .memory_guard_size(0)
        .guard_before_linear_memory(false)
        .memory_may_move(false)
        .memory_init_cow(false)
        .with_host_memory(Arc::new(options.memory));
    // Spectre mitigations of bounds checks fault on purpose: they need the signals.
    unsafe {
        config.cranelift_flag_set("enable_heap_access_spectre_mitigation", "false");
        config.cranelift_flag_set("enable_table_access_spectre_mitigation", "false");
    }
    config
        .wasm_multi_value(true)
        .wasm_bulk_memory(true)
        .wasm_reference_types(true)
        .wasm_simd(true)
        .wasm_extended_const(true)
        .wasm_tail_call(true)
        .wasm_custom_page_sizes(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_function_references(false)
        .wasm_wide_arithmetic(false)
        .wasm_gc(false)
        .wasm_exceptions(false)
        .gc_support(false)
        .shared_memory(false);
    config
}

/// # Safety
/// `options` is readable, `error` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_engine_new(
    options: *const EngineOptions,
    error: *mut Text,
) -> *mut Engine {
    guard(error, std::ptr::null_mut(), || {
        // With RUST_BACKTRACE set, every trap would walk the host's stack for nobody.
        wasmtime::error::disable_backtrace();
        let config = configure(unsafe { &*options });
        let engine = Engine::new(&config).map_err(|e| format!("{e:#}"))?;
        Ok(Box::into_raw(Box::new(engine)))
    })
}

/// # Safety
/// No module of the engine is used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_engine_free(engine: *mut Engine) {
    guard(std::ptr::null_mut(), (), || {
        drop(unsafe { Box::from_raw(engine) });
        Ok(())
    })
}

/// Advances the engine's epoch; any thread.
///
/// # Safety
/// `engine` lives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_engine_tick(engine: *const Engine) {
    unsafe { &*engine }.increment_epoch();
}

/// What the engine was made with, as `name = value` lines: read back from it, for tests.
///
/// # Safety
/// `engine` lives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_engine_settings(engine: *const Engine) -> Text {
    guard(std::ptr::null_mut(), Text::NONE, || {
        let config = unsafe { &*engine };
        let flags: Vec<String> = config
            .get_cranelift_flags_set()
            .map(|(k, v)| format!("{k} = {v}\n"))
            .collect();
        let features = config.get_wasm_features();
        let names: Vec<String> = features
            .iter_names()
            .map(|(name, _)| name.to_lowercase())
            .collect();
        let text = format!(
            "epoch_interruption = {}\nconsume_fuel = {}\ncanonical_nans = {}\nopt_level = {}\n\
             max_wasm_stack = {}\nbacktrace_frames = {}\nnative_unwind_info = {}\n\
             signals_based_traps = {}\nmemory_reservation = {}\n\
             memory_reservation_for_growth = {}\nmemory_guard_size = {}\n\
             guard_before_linear_memory = {}\nmemory_may_move = {}\n\
             memory_init_cow = {}\nconcurrency_support = {}\nshared_memory = {}\n{}features = {}\n",
            config.get_epoch_interruption(),
            config.get_consume_fuel(),
            config.get_cranelift_nan_canonicalization().unwrap_or(false),
            if matches!(config.get_cranelift_opt_level(), Some(OptLevel::Speed)) {
                "speed"
            } else {
                "other"
            },
            config.get_max_wasm_stack(),
            config.get_wasm_backtrace_max_frames(),
            config.get_native_unwind_info().unwrap_or(true),
            config.get_signals_based_traps(),
            config.get_memory_reservation(),
            config.get_memory_reservation_for_growth(),
            config.get_memory_guard_size(),
            config.get_guard_before_linear_memory(),
            config.get_memory_may_move(),
            config.get_memory_init_cow(),
            config.get_concurrency_support(),
            config.get_shared_memory(),
            flags.concat(),
            names.join(" "),
        );
        Ok(text.into())
    })
}
