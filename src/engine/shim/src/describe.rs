//! Names and lines for places in a module, looked up when somebody reads a report.

use std::borrow::Cow;
use std::collections::HashMap;

use addr2line::gimli::{self, Dwarf, EndianSlice, LittleEndian};
use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::{Text, View, guard};

/// What is known of a place; empty text and line 0 are unknown.
#[repr(C)]
pub struct Description {
    function: Text,
    file: Text,
    line: u32,
}

#[derive(Default)]
struct Sections<'a> {
    function: Option<String>,
    debug: HashMap<&'a str, &'a [u8]>,
    /// DWARF counts from where the code section's content begins.
    code_start: u64,
}

fn read<'a>(wasm: &'a [u8], function_index: u32) -> wasmparser::Result<Sections<'a>> {
    let mut sections = Sections::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::CodeSectionStart { range, .. } => sections.code_start = range.start as u64,
            Payload::CustomSection(section) => {
                if section.name().starts_with(".debug_") {
                    sections.debug.insert(section.name(), section.data());
                } else if let KnownCustom::Name(names) = section.as_known() {
                    for name in names {
                        // A broken name section takes only the names away.
                        let Ok(Name::Function(functions)) = name else {
                            continue;
                        };
                        for naming in functions.into_iter().flatten() {
                            if naming.index == function_index {
                                sections.function = Some(naming.name.to_string());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(sections)
}

fn demangle(name: &str) -> Cow<'_, str> {
    match rustc_demangle::try_demangle(name) {
        Ok(demangled) => Cow::Owned(format!("{demangled:#}")),
        Err(_) => Cow::Borrowed(name),
    }
}

fn place(sections: &Sections<'_>, offset: u64) -> Option<(String, u32)> {
    sections.debug.get(".debug_info")?;
    let address = offset.checked_sub(sections.code_start)?;
    let load = |id: gimli::SectionId| -> Result<_, gimli::Error> {
        let data = sections.debug.get(id.name()).copied().unwrap_or(&[]);
        Ok(EndianSlice::new(data, LittleEndian))
    };
    let context = addr2line::Context::from_dwarf(Dwarf::load(load).ok()?).ok()?;
    let location = context.find_location(address).ok()??;
    Some((location.file?.to_string(), location.line.unwrap_or(0)))
}

/// False, and nothing written but perhaps `error`, if the module can't be read.
///
/// # Safety
/// `wasm` is readable, `out` and `error` are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_describe(
    wasm: View,
    function_index: u32,
    module_offset: u64,
    out: *mut Description,
    error: *mut Text,
) -> bool {
    guard(error, false, || {
        let wasm = unsafe { wasm.bytes() };
        let sections = read(wasm, function_index).map_err(|e| e.to_string())?;
        let function = sections
            .function
            .as_deref()
            .map(demangle)
            .unwrap_or_default();
        let (file, line) = place(&sections, module_offset).unwrap_or_default();
        let found = Description {
            function: function.into_owned().into(),
            file: file.into(),
            line,
        };
        unsafe { out.write(found) };
        Ok(true)
    })
}
