//! What a module is, found out without compiling it.

use wasmparser::{
    CompositeInnerType, ExternalKind, FuncType, Parser, Payload, TypeRef, ValType, Validator,
    WasmFeatures,
};

use crate::{Text, View, guard};

/// What guests may use: WebAssembly 2.0 with extended constants, tail calls, custom page sizes.
const ACCEPTED: WasmFeatures = WasmFeatures::from_bits_truncate(
    WasmFeatures::MUTABLE_GLOBAL.bits()
        | WasmFeatures::SATURATING_FLOAT_TO_INT.bits()
        | WasmFeatures::SIGN_EXTENSION.bits()
        | WasmFeatures::REFERENCE_TYPES.bits()
        | WasmFeatures::MULTI_VALUE.bits()
        | WasmFeatures::BULK_MEMORY.bits()
        | WasmFeatures::SIMD.bits()
        | WasmFeatures::FLOATS.bits()
        | WasmFeatures::EXTENDED_CONST.bits()
        | WasmFeatures::TAIL_CALL.bits()
        | WasmFeatures::CUSTOM_PAGE_SIZES.bits(),
);

const EXTERNAL_REFERENCES: &str = "external references (externref)";

/// Proposals that are refused by name, the most telling first: a module that needs exceptions also
/// needs the reference types that came with them.
const REFUSED: [(WasmFeatures, &str); 14] = [
    (WasmFeatures::LEGACY_EXCEPTIONS, "legacy exceptions"),
    (WasmFeatures::EXCEPTIONS, "exceptions"),
    (WasmFeatures::THREADS, "threads"),
    (
        WasmFeatures::SHARED_EVERYTHING_THREADS,
        "shared-everything threads",
    ),
    (WasmFeatures::MEMORY64, "memory64"),
    (WasmFeatures::MULTI_MEMORY, "multiple memories"),
    (WasmFeatures::RELAXED_SIMD, "relaxed SIMD"),
    (WasmFeatures::STACK_SWITCHING, "stack switching"),
    (WasmFeatures::CUSTOM_DESCRIPTORS, "custom descriptors"),
    (WasmFeatures::GC, "garbage collection"),
    (
        WasmFeatures::FUNCTION_REFERENCES,
        "typed function references",
    ),
    (WasmFeatures::WIDE_ARITHMETIC, "wide arithmetic"),
    (WasmFeatures::MEMORY_CONTROL, "memory control"),
    (WasmFeatures::GC_TYPES, EXTERNAL_REFERENCES),
];

#[repr(u32)]
#[derive(Clone, Copy)]
pub enum Fault {
    None = 0,
    Malformed = 1,
    Unsupported = 2,
}

#[repr(u8)]
#[derive(Clone, Copy)]
enum Kind {
    Function = 0,
    Table = 1,
    Memory = 2,
    Global = 3,
    Tag = 4,
}

/// An import or export. Parameters and results are one byte per value: see `letter`.
#[repr(C)]
pub struct Item {
    module: View,
    name: View,
    kind: Kind,
    params: View,
    results: View,
}

/// The first members are read by C++; the rest keeps what they point to.
#[repr(C)]
pub struct Scan {
    imports: *const Item,
    import_count: usize,
    exports: *const Item,
    export_count: usize,
    memory_min_bytes: u64,
    /// `u64::MAX` if the module sets no maximum.
    memory_max_bytes: u64,
    memory_page_bytes: u64,
    table_elements: u64,
    memories: u32,
    tables: u32,
    functions: u32,
    has_start: bool,
    /// Has wrappers that a linker puts round the exports of a command.
    is_command: bool,
    has_debug_info: bool,
    owned_imports: Vec<Item>,
    owned_exports: Vec<Item>,
    owned_text: Vec<Box<[u8]>>,
}

fn letter(ty: ValType) -> u8 {
    match ty {
        ValType::I32 => b'i',
        ValType::I64 => b'I',
        ValType::F32 => b'f',
        ValType::F64 => b'F',
        ValType::V128 => b'v',
        ValType::Ref(_) => b'r',
    }
}

/// wasm-ld names the wrapper of export `f` of a command `f.command_export`; the export keeps its
/// own name. A module without names says nothing.
fn names_a_command(section: &[u8]) -> bool {
    let reader = wasmparser::BinaryReader::new(section, 0);
    wasmparser::NameSectionReader::new(reader)
        .into_iter()
        .flatten()
        .any(|names| match names {
            wasmparser::Name::Function(map) => map
                .into_iter()
                .flatten()
                .any(|naming| naming.name.ends_with(".command_export")),
            _ => false,
        })
}

fn features_of(wasm: &[u8], features: WasmFeatures) -> Result<(), wasmparser::BinaryReaderError> {
    Validator::new_with_features(features)
        .validate_all(wasm)
        .map(|_| ())
}

/// The names of refused proposals that `wasm` needs; empty if it is no valid module at all.
fn needed_proposals(wasm: &[u8]) -> Vec<&'static str> {
    let every = REFUSED
        .iter()
        .fold(ACCEPTED, |all, (feature, _)| all | *feature);
    if features_of(wasm, every).is_err() {
        return Vec::new();
    }
    let mut needed = Vec::new();
    let mut left = every;
    for (feature, name) in REFUSED {
        let without = left - feature;
        if features_of(wasm, without).is_ok() {
            left = without;
        } else {
            needed.push(name);
        }
    }
    // Garbage collection brings the types of external references with it.
    if needed.len() > 1 {
        needed.retain(|name| *name != EXTERNAL_REFERENCES);
    }
    needed
}

struct Scanner {
    scan: Box<Scan>,
    /// Exactly typed imports and exports: the validator lets them pass, the compiler does not.
    has_exact_types: bool,
    types: Vec<Option<FuncType>>,
    function_types: Vec<u32>,
}

impl Scanner {
    fn keep(&mut self, bytes: Vec<u8>) -> View {
        self.scan.owned_text.push(bytes.into());
        View::from(&**self.scan.owned_text.last().unwrap())
    }

    fn item(&mut self, module: &str, name: &str, kind: Kind, ty: Option<u32>) -> Item {
        let (mut params, mut results) = (Vec::new(), Vec::new());
        if let Some(Some(ty)) = ty.and_then(|index| self.types.get(index as usize)) {
            params.extend(ty.params().iter().map(|ty| letter(*ty)));
            results.extend(ty.results().iter().map(|ty| letter(*ty)));
        }
        Item {
            module: self.keep(module.into()),
            name: self.keep(name.into()),
            kind,
            params: self.keep(params),
            results: self.keep(results),
        }
    }

    fn memory(&mut self, memory: wasmparser::MemoryType) {
        let page = 1u64 << memory.page_size_log2.unwrap_or(16);
        self.scan.memories += 1;
        self.scan.memory_page_bytes = page;
        self.scan.memory_min_bytes = memory.initial.saturating_mul(page);
        self.scan.memory_max_bytes = memory
            .maximum
            .map_or(u64::MAX, |pages| pages.saturating_mul(page));
    }

    fn import(&mut self, import: wasmparser::Import<'_>) {
        self.has_exact_types |= matches!(import.ty, TypeRef::FuncExact(_));
        let (kind, ty) = match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.function_types.push(ty);
                (Kind::Function, Some(ty))
            }
            TypeRef::Table(_) => (Kind::Table, None),
            TypeRef::Memory(_) => (Kind::Memory, None),
            TypeRef::Global(_) => (Kind::Global, None),
            TypeRef::Tag(_) => (Kind::Tag, None),
        };
        let item = self.item(import.module, import.name, kind, ty);
        self.scan.owned_imports.push(item);
    }

    fn export(&mut self, export: wasmparser::Export<'_>) {
        self.has_exact_types |= matches!(export.kind, ExternalKind::FuncExact);
        let (kind, ty) = match export.kind {
            ExternalKind::Func | ExternalKind::FuncExact => (
                Kind::Function,
                self.function_types.get(export.index as usize).copied(),
            ),
            ExternalKind::Table => (Kind::Table, None),
            ExternalKind::Memory => (Kind::Memory, None),
            ExternalKind::Global => (Kind::Global, None),
            ExternalKind::Tag => (Kind::Tag, None),
        };
        let item = self.item("", export.name, kind, ty);
        self.scan.owned_exports.push(item);
    }

    fn payload(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(groups) => {
                for group in groups {
                    for ty in group?.types() {
                        self.types.push(match &ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => Some(ty.clone()),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.import(import?);
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    self.function_types.push(ty?);
                    self.scan.functions += 1;
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.scan.tables += 1;
                    let elements = table?.ty.initial;
                    self.scan.table_elements = self.scan.table_elements.saturating_add(elements);
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memory(memory?);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    self.export(export?);
                }
            }
            Payload::StartSection { .. } => self.scan.has_start = true,
            Payload::CustomSection(section) => match section.name() {
                "name" => self.scan.is_command = names_a_command(section.data()),
                ".debug_info" => self.scan.has_debug_info = true,
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }
}

fn scan(wasm: &[u8], fault: &mut Fault) -> Result<Box<Scan>, String> {
    *fault = Fault::Malformed;
    if let Err(error) = features_of(wasm, ACCEPTED) {
        let needed = needed_proposals(wasm);
        if needed.is_empty() {
            return Err(error.to_string());
        }
        *fault = Fault::Unsupported;
        return Err(needed.join(", "));
    }
    let scan = Scan {
        imports: std::ptr::null(),
        import_count: 0,
        exports: std::ptr::null(),
        export_count: 0,
        memory_min_bytes: 0,
        memory_max_bytes: 0,
        memory_page_bytes: 0,
        table_elements: 0,
        memories: 0,
        tables: 0,
        functions: 0,
        has_start: false,
        is_command: false,
        has_debug_info: false,
        owned_imports: Vec::new(),
        owned_exports: Vec::new(),
        owned_text: Vec::new(),
    };
    let mut scanner = Scanner {
        scan: Box::new(scan),
        has_exact_types: false,
        types: Vec::new(),
        function_types: Vec::new(),
    };
    for payload in Parser::new(0).parse_all(wasm) {
        let parsed = payload.and_then(|payload| scanner.payload(payload));
        parsed.map_err(|error| error.to_string())?;
    }
    if scanner.has_exact_types {
        *fault = Fault::Unsupported;
        return Err("custom descriptors".to_string());
    }
    let mut scan = scanner.scan;
    scan.imports = scan.owned_imports.as_ptr();
    scan.import_count = scan.owned_imports.len();
    scan.exports = scan.owned_exports.as_ptr();
    scan.export_count = scan.owned_exports.len();
    *fault = Fault::None;
    Ok(scan)
}

/// On failure null: `error` is the validator's text, or the names of the refused proposals.
///
/// # Safety
/// `wasm` is readable, `fault` and `error` are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_scan_new(
    wasm: View,
    fault: *mut Fault,
    error: *mut Text,
) -> *mut Scan {
    guard(error, std::ptr::null_mut(), || {
        let wasm = unsafe { wasm.bytes() };
        scan(wasm, unsafe { &mut *fault }).map(Box::into_raw)
    })
}

/// # Safety
/// `scan` came from `shim_scan_new` and is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shim_scan_free(scan: *mut Scan) {
    drop(unsafe { Box::from_raw(scan) });
}
