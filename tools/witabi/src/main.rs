//! Prints the core imports and exports of one world of a WIT file, one a line, as the WIT tools
//! name them before they wrap a module into a component:
//!
//!     import troupe:actor/host@0.1.0 [method]address.send (i32 i32 i32 i32) -> ()
//!     export troupe:actor/guest@0.1.0#start (i32 i32) -> (i32)
//!
//! In the order of the file; what every module has (memory, cabi_realloc, _initialize) comes last.
//!
//!     witabi wit/actor.wit full-actor

use std::process::ExitCode;

use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{
    Function, LiftLowerAbi, ManglingAndAbi, Resolve, ResourceIntrinsic, Type, TypeDefKind, TypeId,
    WasmExport, WasmExportKind, WasmImport, WorldItem, WorldKey,
};

/// The names that toolchains emit; the engine refuses the newer `cm32p2|` ones by name.
const NAMES: ManglingAndAbi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, world] = arguments.as_slice() else {
        eprintln!("witabi: expected a WIT file and a world: witabi wit/actor.wit full-actor");
        return ExitCode::from(2);
    };
    match core_names(path, world) {
        Ok(lines) => {
            print!("{}", lines.join(""));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("witabi: {error}");
            ExitCode::FAILURE
        }
    }
}

fn core_names(path: &str, world: &str) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let mut resolve = Resolve::default();
    let package = resolve
        .push_source(path, &text)
        .map_err(|error| format!("{path}: {error:#}"))?;
    let world = resolve
        .select_world(&[package], Some(world))
        .map_err(|error| format!("{path}: {error:#}"))?;

    let mut lines = Vec::new();
    for (key, item) in &resolve.worlds[world].imports {
        add_imports(&resolve, key, item, &mut lines);
    }
    for (key, item) in &resolve.worlds[world].exports {
        add_exports(&resolve, key, item, &mut lines)?;
    }
    for (export, signature) in [
        (WasmExport::Memory, "memory"),
        (WasmExport::Realloc, "(i32 i32 i32 i32) -> (i32)"),
        (WasmExport::Initialize, "() -> ()"),
    ] {
        let name = resolve.wasm_export_name(NAMES, export);
        lines.push(format!("export {name} {signature}\n"));
    }
    Ok(lines)
}

fn add_imports(resolve: &Resolve, key: &WorldKey, item: &WorldItem, lines: &mut Vec<String>) {
    let mut add = |interface, func: &Function| {
        let import = WasmImport::Func { interface, func };
        let (module, name) = resolve.wasm_import_name(NAMES, import);
        let signature = signature(resolve, AbiVariant::GuestImport, func);
        lines.push(format!("import {module} {name} {signature}\n"));
    };
    match item {
        WorldItem::Function(func) => add(None, func),
        WorldItem::Interface { id, .. } => {
            for func in resolve.interfaces[*id].functions.values() {
                add(Some(key), func);
            }
            for resource in resources(resolve, resolve.interfaces[*id].types.values()) {
                let drop = WasmImport::ResourceIntrinsic {
                    interface: Some(key),
                    resource,
                    intrinsic: ResourceIntrinsic::ImportedDrop,
                };
                let (module, name) = resolve.wasm_import_name(NAMES, drop);
                lines.push(format!("import {module} {name} (i32) -> ()\n"));
            }
        }
        WorldItem::Type { .. } => {}
    }
}

fn add_exports(
    resolve: &Resolve,
    key: &WorldKey,
    item: &WorldItem,
    lines: &mut Vec<String>,
) -> Result<(), String> {
    let mut add = |interface, func: &Function| {
        let variant = AbiVariant::GuestExport;
        let name = |kind| {
            let export = WasmExport::Func {
                interface,
                func,
                kind,
            };
            resolve.wasm_export_name(NAMES, export)
        };
        let normal = name(WasmExportKind::Normal);
        lines.push(format!(
            "export {normal} {}\n",
            signature(resolve, variant, func)
        ));
        if func
            .result
            .is_some_and(|result| owns_memory(resolve, result))
        {
            // It gets what the function returned.
            let results = types(&resolve.wasm_signature(variant, func).results);
            let post = name(WasmExportKind::PostReturn);
            lines.push(format!("export {post} {results} -> ()\n"));
        }
    };
    match item {
        WorldItem::Function(func) => add(None, func),
        WorldItem::Interface { id, .. } => {
            if resources(resolve, resolve.interfaces[*id].types.values())
                .next()
                .is_some()
            {
                return Err(
                    "an exported interface defines a resource; no host expects that".into(),
                );
            }
            for func in resolve.interfaces[*id].functions.values() {
                add(Some(key), func);
            }
        }
        WorldItem::Type { .. } => {}
    }
    Ok(())
}

fn resources<'a>(
    resolve: &'a Resolve,
    types: impl Iterator<Item = &'a TypeId>,
) -> impl Iterator<Item = TypeId> {
    types
        .copied()
        .filter(|id| matches!(resolve.types[*id].kind, TypeDefKind::Resource))
}

/// Whether a value of this type holds memory that its maker has to free: text or a list. Generators
/// of bindings emit a post-return function for exactly these results.
fn owns_memory(resolve: &Resolve, value: Type) -> bool {
    let owns = |value: &Type| owns_memory(resolve, *value);
    let Type::Id(id) = value else {
        return value == Type::String;
    };
    match &resolve.types[id].kind {
        TypeDefKind::List(_) => true,
        TypeDefKind::Type(alias) => owns(alias),
        TypeDefKind::Option(some) => owns(some),
        TypeDefKind::Result(result) => result.ok.iter().chain(&result.err).any(owns),
        TypeDefKind::Record(record) => record.fields.iter().any(|field| owns(&field.ty)),
        TypeDefKind::Tuple(tuple) => tuple.types.iter().any(owns),
        TypeDefKind::Variant(variant) => variant
            .cases
            .iter()
            .filter_map(|case| case.ty.as_ref())
            .any(owns),
        TypeDefKind::Enum(_)
        | TypeDefKind::Flags(_)
        | TypeDefKind::Handle(_)
        | TypeDefKind::Resource => false,
        other => panic!(
            "the contract has no {}; teach witabi about it",
            other.as_str()
        ),
    }
}

fn signature(resolve: &Resolve, variant: AbiVariant, func: &Function) -> String {
    let signature = resolve.wasm_signature(variant, func);
    format!(
        "{} -> {}",
        types(&signature.params),
        types(&signature.results)
    )
}

/// `(i32 i64)`: 32-bit memory, so pointers and lengths are `i32`.
fn types(types: &[WasmType]) -> String {
    let names: Vec<&str> = types
        .iter()
        .map(|kind| match kind {
            WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
            WasmType::I64 | WasmType::PointerOrI64 => "i64",
            WasmType::F32 => "f32",
            WasmType::F64 => "f64",
        })
        .collect();
    format!("({})", names.join(" "))
}
