//! Guests: a store with one instance in it.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wasmtime::{
    AsContextMut, Caller, Error, Extern, Func, Instance, ResourceLimiter, Store, Trap,
    UpdateDeadline, ValRaw, WasmBacktrace,
};

use crate::module::{Compiled, Stopped};
use crate::{Text, panic_text};

/// More exports than the contract has.
const EXPORTS_MAX: usize = 24;
const FRAMES_MAX: usize = 16;

/// What a call came to.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq)]
pub enum Status {
    Returned = 0,
    /// `Report::trap` says which.
    Trapped = 1,
    /// A host function ended it.
    Stopped = 2,
    /// Refused by wasmtime: `Report::message`.
    Refused = 3,
    /// wasmtime has a bug: `Report::message`.
    Panicked = 4,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Frame {
    function_index: u32,
    module_offset: u64,
}

/// Written only by calls that did not return.
#[repr(C)]
pub struct Report {
    trap: u32,
    frame_count: u32,
    frames: [Frame; FRAMES_MAX],
    message: Text,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct GuestLimits {
    memory_bytes: u64,
    table_elements: u64,
    /// Called, with the guest's context, when the ticks of its budget are over. It may wait.
    overrun: extern "C" fn(*mut c_void) -> Verdict,
}

/// What follows when a guest's ticks are over.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq)]
pub enum Verdict {
    /// One tick more, from now on.
    GoOn = 0,
    /// Trapped: its deadline.
    Deadline = 1,
    /// Stopped, as by a host function.
    Stop = 2,
}

pub struct State {
    context: *mut c_void,
    limits: GuestLimits,
    module: *const Compiled,
    /// wasmtime panicked while a host function called back.
    poisoned: bool,
}

// C++ uses a guest on one thread at a time.
unsafe impl Send for State {}

impl State {
    pub fn context(&self) -> *mut c_void {
        self.context
    }
}

impl ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired as u64 <= self.limits.memory_bytes)
    }
    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired as u64 <= self.limits.table_elements)
    }
    fn instances(&self) -> usize {
        1
    }
    fn memories(&self) -> usize {
        1
    }
}

/// Lies in memory of C++, beside what C++ reads for each call: with many guests each step from one
/// object to the next is a cache miss. The functions are here rather than in the store so that both
/// can be fetched at once.
pub struct Guest {
    store: Store<State>,
    poisoned: bool,
    counts_fuel: bool,
    instance: Option<Instance>,
    functions: [Option<Func>; EXPORTS_MAX],
}

/// What `shim_guest` reserves.
const GUEST_BYTES: usize = 432;
const _: () = assert!(size_of::<Guest>() <= GUEST_BYTES && align_of::<Guest>() <= 8);

/// What a message may cost: set before the guest runs for it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Budget {
    ticks: u64,
    /// Ignored by engines without fuel.
    fuel: u64,
}

/// The numbers of `troupe::TrapKind`.
fn trap_number(trap: Trap) -> u32 {
    match trap {
        Trap::UnreachableCodeReached => 0,
        Trap::MemoryOutOfBounds => 1,
        Trap::TableOutOfBounds => 2,
        Trap::IndirectCallToNull => 3,
        Trap::BadSignature => 4,
        Trap::IntegerOverflow => 5,
        Trap::IntegerDivisionByZero => 6,
        Trap::BadConversionToInteger => 7,
        Trap::StackOverflow => 8,
        Trap::Interrupt => 9,
        Trap::OutOfFuel => 10,
        _ => 11,
    }
}

fn report(error: Error, out: &mut Report) -> Status {
    out.trap = 11;
    out.frame_count = 0;
    out.message = Text::NONE;
    if let Some(trace) = error.downcast_ref::<WasmBacktrace>() {
        for (frame, slot) in trace.frames().iter().zip(&mut out.frames) {
            slot.function_index = frame.func_index();
            slot.module_offset = frame.module_offset().unwrap_or(0) as u64;
            out.frame_count += 1;
        }
    }
    if error.is::<Stopped>() {
        return Status::Stopped;
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        out.trap = trap_number(*trap);
        if out.trap == 11 {
            out.message = trap.to_string().into();
        }
        return Status::Trapped;
    }
    out.message = error.root_cause().to_string().into();
    Status::Refused
}

fn report_panic(panic: Box<dyn std::any::Any + Send>, out: &mut Report) -> Status {
    out.trap = 11;
    out.frame_count = 0;
    out.message = panic_text(panic).into();
    Status::Panicked
}

fn refuse(text: &str, status: Status, out: &mut Report) -> Status {
    out.trap = 11;
    out.frame_count = 0;
    out.message = text.to_string().into();
    status
}

/// Makes a guest without an instance yet, at `guest`. `context` is what its host functions get.
///
/// # Safety
/// `module` outlives the guest; `limits` is readable; `guest` has room for one, stays where it is
/// and is given back to `shim_guest_drop` if the result is true.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_guest_make(
    guest: *mut Guest,
    module: *const Compiled,
    context: *mut c_void,
    limits: *const GuestLimits,
    error: *mut Text,
) -> bool {
    crate::guard(error, false, || {
        let engine = unsafe { &*module }.pre.module().engine();
        let limits = unsafe { *limits };
        let state = State {
            context,
            limits,
            module,
            poisoned: false,
        };
        let mut store = Store::new(engine, state);
        store.limiter(|state| state);
        store.epoch_deadline_callback(|caller| {
            let state = caller.data();
            match (state.limits.overrun)(state.context) {
                Verdict::GoOn => Ok(UpdateDeadline::Continue(1)),
                Verdict::Deadline => Err(Trap::Interrupt.into()),
                Verdict::Stop => Err(Stopped.into()),
            }
        });
        let made = Guest {
            store,
            poisoned: false,
            counts_fuel: engine.get_consume_fuel(),
            instance: None,
            functions: [None; EXPORTS_MAX],
        };
        unsafe { guest.write(made) };
        Ok(true)
    })
}

/// Gives its memory back.
///
/// # Safety
/// The guest is not running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_guest_drop(guest: *mut Guest) {
    crate::guard(std::ptr::null_mut(), (), || {
        unsafe { guest.drop_in_place() };
        Ok(())
    })
}

/// # Safety
/// The guest is not running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_guest_set_budget(guest: *mut Guest, budget: Budget) {
    let guest = unsafe { &mut *guest };
    let store = &mut guest.store;
    store.set_epoch_deadline(budget.ticks);
    // Asking an engine that counts none for it makes an error, which is slow.
    if guest.counts_fuel {
        let _ = store.set_fuel(budget.fuel);
    }
}

/// The fuel left; 0 where the engine counts none.
///
/// # Safety
/// The guest is not running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_guest_fuel(guest: *const Guest) -> u64 {
    unsafe { &(*guest).store }.get_fuel().unwrap_or(0)
}

/// Makes the instance, which runs the module's start function. Once.
///
/// # Safety
/// `report` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_guest_boot(guest: *mut Guest, out: *mut Report) -> Status {
    let (guest, out) = unsafe { (&mut *guest, &mut *out) };
    if guest.poisoned || guest.instance.is_some() {
        return refuse("the guest can't boot twice", Status::Panicked, out);
    }
    let module = guest.store.data().module;
    let made = catch_unwind(AssertUnwindSafe(|| {
        unsafe { &*module }.pre.instantiate(&mut guest.store)
    }));
    match made {
        Ok(Ok(instance)) => {
            guest.instance = Some(instance);
            Status::Returned
        }
        Ok(Err(error)) => {
            guest.poisoned = guest.store.data().poisoned;
            report(error, out)
        }
        Err(panic) => {
            guest.poisoned = true;
            report_panic(panic, out)
        }
    }
}

/// Calls an export by its number. `values` are the arguments, then the result.
///
/// # Safety
/// The export exists and has as many parameters and results as there are values room for; the guest
/// is booted and not running.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_guest_call(
    guest: *mut Guest,
    export: u32,
    values: *mut ValRaw,
    value_count: usize,
    out: *mut Report,
) -> Status {
    let guest = unsafe { &mut *guest };
    if guest.poisoned {
        return refuse("the engine panicked before", Status::Panicked, unsafe {
            &mut *out
        });
    }
    let called = catch_unwind(AssertUnwindSafe(|| {
        let index = export as usize;
        let function = match guest.functions[index] {
            Some(function) => function,
            None => match find(guest, index) {
                Some(function) => function,
                None => return Err(Error::msg("no such export")),
            },
        };
        let values = std::ptr::slice_from_raw_parts_mut(values, value_count);
        unsafe { function.call_unchecked(&mut guest.store, values) }
    }));
    match called {
        Ok(Ok(())) => Status::Returned,
        Ok(Err(error)) => {
            guest.poisoned = guest.store.data().poisoned;
            report(error, unsafe { &mut *out })
        }
        Err(panic) => {
            guest.poisoned = true;
            report_panic(panic, unsafe { &mut *out })
        }
    }
}

#[cold]
fn find(guest: &mut Guest, index: usize) -> Option<Func> {
    let export = unsafe { &*guest.store.data().module }
        .exports
        .get(index)?
        .as_ref()?;
    let Some(Extern::Func(function)) = guest.instance?.get_module_export(&mut guest.store, export)
    else {
        return None;
    };
    guest.functions[index] = Some(function);
    Some(function)
}

/// The same from inside a host function.
///
/// # Safety
/// As `shim_guest_call`, but it is running; `caller` is what the host function was given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_caller_call(
    guest: *const Guest,
    caller: *mut Caller<'_, State>,
    export: u32,
    values: *mut ValRaw,
    value_count: usize,
    out: *mut Report,
) -> Status {
    let caller = unsafe { &mut *caller };
    let called = catch_unwind(AssertUnwindSafe(|| {
        let index = export as usize;
        // Only this field: the rest of the guest is in use.
        let functions = unsafe { &*(&raw const (*guest).functions) };
        let function = match functions[index] {
            Some(function) => function,
            None => {
                // By the caller, since the instance is not known before its start function ends.
                let exports = &unsafe { &*caller.data().module }.exports;
                let Some(Some(export)) = exports.get(index) else {
                    return Err(Error::msg("no such export"));
                };
                let Some(Extern::Func(function)) = caller.get_module_export(export) else {
                    return Err(Error::msg("no such export"));
                };
                function
            }
        };
        let values = std::ptr::slice_from_raw_parts_mut(values, value_count);
        unsafe { function.call_unchecked(caller.as_context_mut(), values) }
    }));
    match called {
        Ok(Ok(())) => Status::Returned,
        Ok(Err(error)) => report(error, unsafe { &mut *out }),
        Err(panic) => {
            // The guest is in use, but its store's data is not: the call that is running takes this
            // over when its host function has ended it.
            caller.data_mut().poisoned = true;
            report_panic(panic, unsafe { &mut *out })
        }
    }
}
