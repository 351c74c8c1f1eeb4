//! wasmtime without Troupe, for the benchmarks to compare with: `src/engine/wasmtime/bare.hpp` is
//! its header, kept in step by hand. It is here since a program can hold only one library made by
//! rustc; nothing else of the shim uses it.
//!
//! Errors end the process with a message: there is nothing to measure then.

use std::ffi::{CStr, c_char};

use wasmtime::{
    Config, Engine, Func, Instance, InstanceAllocationStrategy, InstancePre, Linker, Memory,
    Module, ModuleExport, OptLevel, PoolingAllocationConfig, RegallocAlgorithm, Store, ValRaw,
};

/// How an engine is set up.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq)]
pub enum Settings {
    /// Those of Troupe's class `default` (engine.rs), memories by mmap.
    Same = 0,
    /// wasmtime's own, but for epochs.
    Defaults = 1,
    /// wasmtime's pool as it comes: 4 GiB of addresses per slot, guards, signals, copy-on-write.
    Pool = 2,
    /// The pool tuned for small guests: exact slots that stay resident, no guards, no signals.
    PoolTuned = 3,
}

const SLOT_BYTES: usize = 64 << 10;
const POOL_SLOTS: u32 = 100;

fn fail(what: &str, error: impl std::fmt::Display) -> ! {
    eprintln!("bare wasmtime: {what}: {error:#}");
    std::process::exit(1)
}

fn without_signals(config: &mut Config) {
    config
        .signals_based_traps(false)
        .memory_reservation_for_growth(0)
        .memory_guard_size(0)
        .guard_before_linear_memory(false)
        .memory_may_move(false)
        .memory_init_cow(false);
    // Spectre mitigations of bounds checks fault on purpose: they need the signals.
    unsafe {
        config.cranelift_flag_set("enable_heap_access_spectre_mitigation", "false");
        config.cranelift_flag_set("enable_table_access_spectre_mitigation", "false");
    }
}

fn engine(settings: Settings) -> Engine {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking)
        .wasm_custom_page_sizes(true)
        .wasm_gc(false)
        .gc_support(false);
    let mut pool = PoolingAllocationConfig::default();
    pool.total_core_instances(POOL_SLOTS)
        .total_memories(POOL_SLOTS)
        .total_tables(POOL_SLOTS)
        .max_unused_warm_slots(POOL_SLOTS);
    match settings {
        Settings::Same => {
            without_signals(&mut config);
            config
                .memory_reservation(0)
                .max_wasm_stack(512 << 10)
                .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable)
                .native_unwind_info(false);
        }
        Settings::Defaults => {}
        Settings::Pool => {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        }
        Settings::PoolTuned => {
            without_signals(&mut config);
            config.memory_reservation(SLOT_BYTES as u64);
            pool.max_memory_size(SLOT_BYTES)
                .linear_memory_keep_resident(SLOT_BYTES)
                .table_keep_resident(SLOT_BYTES);
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        }
    }
    Engine::new(&config).unwrap_or_else(|e| fail("engine", e))
}

pub struct BareModule {
    pre: InstancePre<()>,
    module: Module,
    realloc: Option<ModuleExport>,
    start: Option<ModuleExport>,
    handle: Option<ModuleExport>,
    memory: Option<ModuleExport>,
}

pub struct BareInstance {
    store: Store<()>,
    function: Func,
}

fn new_store(engine: &Engine) -> Store<()> {
    let mut store = Store::new(engine, ());
    store.set_epoch_deadline(1 << 40);
    store
}

/// # Safety
/// `wasm` has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bare_module_new(
    settings: Settings,
    wasm: *const u8,
    size: usize,
) -> *mut BareModule {
    let engine = engine(settings);
    let wasm = unsafe { std::slice::from_raw_parts(wasm, size) };
    let module = Module::new(&engine, wasm).unwrap_or_else(|e| fail("module", e));
    let mut linker = Linker::new(&engine);
    linker
        .define_unknown_imports_as_traps(&module)
        .unwrap_or_else(|e| fail("imports", e));
    let pre = linker
        .instantiate_pre(&module)
        .unwrap_or_else(|e| fail("link", e));
    Box::into_raw(Box::new(BareModule {
        pre,
        realloc: module.get_export_index("cabi_realloc"),
        start: module.get_export_index("troupe:actor/guest@0.1.0#start"),
        handle: module.get_export_index("troupe:actor/guest@0.1.0#handle"),
        memory: module.get_export_index("memory"),
        module,
    }))
}

/// # Safety
/// Its instances are gone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bare_module_free(module: *mut BareModule) {
    drop(unsafe { Box::from_raw(module) });
}

/// An instance, to call its export `name`.
///
/// # Safety
/// `name` is terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bare_instance_new(
    module: *const BareModule,
    name: *const c_char,
) -> *mut BareInstance {
    let module = unsafe { &*module };
    let mut store = new_store(module.module.engine());
    let instance = module
        .pre
        .instantiate(&mut store)
        .unwrap_or_else(|e| fail("instantiate", e));
    let name = unsafe { CStr::from_ptr(name) }.to_str().unwrap_or_default();
    let function = instance
        .get_func(&mut store, name)
        .unwrap_or_else(|| fail("no export", name));
    Box::into_raw(Box::new(BareInstance { store, function }))
}

/// # Safety
/// It is not running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bare_instance_free(instance: *mut BareInstance) {
    drop(unsafe { Box::from_raw(instance) });
}

/// One unchecked call: `values` are the arguments, then the result.
///
/// # Safety
/// There are as many values as the function has parameters, and at least one for its result.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bare_call(
    instance: *mut BareInstance,
    values: *mut ValRaw,
    value_count: usize,
) -> bool {
    let instance = unsafe { &mut *instance };
    let values = std::ptr::slice_from_raw_parts_mut(values, value_count);
    unsafe { instance.function.call_unchecked(&mut instance.store, values) }.is_ok()
}

/// One life of an actor: store, instance, `start` with an empty config, `handle` with `payload`,
/// gone. The size of the answer.
///
/// # Safety
/// `payload` has `size` bytes; the module is an actor without `cabi_post_`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bare_life(
    module: *const BareModule,
    payload: *const u8,
    size: u32,
) -> u32 {
    let module = unsafe { &*module };
    let payload = unsafe { std::slice::from_raw_parts(payload, size as usize) };
    live(module, payload).unwrap_or_else(|e| fail("life", e))
}

fn live(module: &BareModule, payload: &[u8]) -> wasmtime::Result<u32> {
    let mut store = new_store(module.module.engine());
    let instance = module.pre.instantiate(&mut store)?;
    let memory = memory(&instance, &mut store, module)?;
    let realloc = function(&instance, &mut store, &module.realloc)?;
    let start = function(&instance, &mut store, &module.start)?;
    let handle = function(&instance, &mut store, &module.handle)?;
    let config = call(&mut store, realloc, &[0, 0, 1, 0])?;
    call(&mut store, start, &[config, 0])?;
    let size = payload.len() as u32;
    let at = call(&mut store, realloc, &[0, 0, 1, size])?;
    memory.write(&mut store, at as usize, payload)?;
    let result = call(&mut store, handle, &[at, size])? as usize;
    let area = memory.data(&store);
    Ok(u32::from_le_bytes(area[result + 12..result + 16].try_into()?))
}

fn missing() -> wasmtime::Error {
    wasmtime::Error::msg("no such export")
}

fn function(
    instance: &Instance,
    store: &mut Store<()>,
    export: &Option<ModuleExport>,
) -> wasmtime::Result<Func> {
    let export = export.as_ref().ok_or_else(missing)?;
    let found = instance.get_module_export(store, export);
    found.and_then(|e| e.into_func()).ok_or_else(missing)
}

fn memory(
    instance: &Instance,
    store: &mut Store<()>,
    module: &BareModule,
) -> wasmtime::Result<Memory> {
    let export = module.memory.as_ref().ok_or_else(missing)?;
    let found = instance.get_module_export(store, export);
    found.and_then(|e| e.into_memory()).ok_or_else(missing)
}

fn call(store: &mut Store<()>, function: Func, arguments: &[u32]) -> wasmtime::Result<u32> {
    let mut values = [ValRaw::u32(0); 4];
    for (value, argument) in values.iter_mut().zip(arguments) {
        *value = ValRaw::u32(*argument);
    }
    let count = arguments.len();
    unsafe { function.call_unchecked(store, &mut values[..count]) }?;
    Ok(values[0].get_u32())
}
