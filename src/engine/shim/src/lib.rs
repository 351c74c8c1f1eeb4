//! What Troupe uses of wasmtime, as a C ABI: `src/engine/wasmtime/shim.h` is its header, kept in
//! step by hand. No threads, no host logic, no state beyond the objects that C++ holds.
//!
//! Every entry that runs wasmtime's code catches panics. A panic inside a guest's store poisons
//! that guest: each later call reports it and its store is never entered again.

pub mod bare;
mod describe;
mod engine;
mod guest;
mod module;
mod scan;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Text that the receiver owns: given back to `shim_text_free`. Not terminated.
#[repr(C)]
pub struct Text {
    data: *mut u8,
    size: usize,
}

impl Text {
    const NONE: Text = Text {
        data: std::ptr::null_mut(),
        size: 0,
    };
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        if text.is_empty() {
            return Text::NONE;
        }
        let mut bytes = text.into_bytes().into_boxed_slice();
        let text = Text {
            data: bytes.as_mut_ptr(),
            size: bytes.len(),
        };
        std::mem::forget(bytes);
        text
    }
}

/// # Safety
/// `text` came from this library and is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_text_free(text: Text) {
    if !text.data.is_null() {
        let bytes = std::ptr::slice_from_raw_parts_mut(text.data, text.size);
        drop(unsafe { Box::from_raw(bytes) });
    }
}

/// Bytes that stay with whoever passes them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct View {
    data: *const u8,
    size: usize,
}

impl View {
    /// # Safety
    /// The bytes outlive the slice.
    unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.size == 0 {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(self.data, self.size) }
    }
}

impl From<&[u8]> for View {
    fn from(bytes: &[u8]) -> View {
        View {
            data: bytes.as_ptr(),
            size: bytes.len(),
        }
    }
}

fn panic_text(panic: Box<dyn Any + Send>) -> String {
    let text = match panic.downcast_ref::<&'static str>() {
        Some(text) => text.to_string(),
        None => panic.downcast_ref::<String>().cloned().unwrap_or_default(),
    };
    format!("the engine panicked: {text}")
}

/// Runs `work`; an error or a panic becomes text, and the result `failed`.
fn guard<T>(error: *mut Text, failed: T, work: impl FnOnce() -> Result<T, String>) -> T {
    let text = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => return value,
        Ok(Err(text)) => text,
        Err(panic) => panic_text(panic),
    };
    if !error.is_null() {
        unsafe { error.write(text.into()) };
    }
    failed
}

/// Text format to binary, for tests. The binary is freed as text.
///
/// # Safety
/// `wat` is readable; `error` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_wat_to_wasm(wat: View, error: *mut Text) -> Text {
    guard(error, Text::NONE, || {
        let wasm = wat::parse_bytes(unsafe { wat.bytes() }).map_err(|e| e.to_string())?;
        let mut bytes = wasm.into_owned().into_boxed_slice();
        let text = Text {
            data: bytes.as_mut_ptr(),
            size: bytes.len(),
        };
        std::mem::forget(bytes);
        Ok(text)
    })
}
