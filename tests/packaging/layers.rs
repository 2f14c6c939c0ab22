//! The scripts that zip layers and check them.

use crate::{root, run, succeed, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const X86_64: u8 = 62;
const ARM64: u8 = 183;
const LOADED: u8 = 1;
const INTERPRETER: u8 = 3;

/// As much of a program as the check looks at: its machine, and the type of its only program header.
fn program(machine: u8, header: u8) -> Vec<u8> {
    let mut elf = vec![0; 64 + 56];
    elf[..6].copy_from_slice(b"\x7fELF\x02\x01");
    elf[0x12] = machine;
    elf[0x20] = 64; // where the program headers begin,
    elf[0x36] = 56; // the size of one,
    elf[0x38] = 1; // and their count
    elf[64] = header;
    elf
}

fn zip(folder: &Path, program: &[u8], layer: &str) -> PathBuf {
    let bootstrap = folder.join("program");
    let layer = folder.join(layer);
    fs::write(&bootstrap, program).unwrap();
    succeed(Command::new("python3").arg(root().join("layer/build.py")).args([&bootstrap, &layer]));
    layer
}

/// What the check says of a layer; `Err` if it refuses it.
fn check(layer: &Path) -> Result<String, String> {
    let output = run(Command::new("python3").arg(root().join("layer/check.py")).arg(layer));
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(text(&output.stderr))
}

#[test]
fn a_layer_is_the_same_bytes_each_time() {
    let folders = [(); 2].map(|()| TempDir::new().unwrap());
    let [one, two] = folders
        .each_ref()
        .map(|folder| fs::read(zip(folder.path(), &program(X86_64, LOADED), "rhambda-x86_64.zip")).unwrap());
    assert!(one == two);
}

#[test]
fn a_layer_passes_its_check() {
    let folder = TempDir::new().unwrap();
    for (machine, layer) in [(X86_64, "rhambda-x86_64.zip"), (ARM64, "rhambda-arm64.zip")] {
        let said = check(&zip(folder.path(), &program(machine, LOADED), layer)).unwrap();
        assert!(said.contains("bootstrap 120 bytes"), "{said}");
    }
}

#[test]
fn wrong_layers_are_refused() {
    let folder = TempDir::new().unwrap();
    let refusal = |program: &[u8], layer| check(&zip(folder.path(), program, layer)).unwrap_err();
    let wrong_machine = refusal(&program(X86_64, LOADED), "rhambda-arm64.zip");
    assert!(wrong_machine.contains("bootstrap is for machine 62, not for arm64"), "{wrong_machine}");
    let dynamic = refusal(&program(X86_64, INTERPRETER), "rhambda-x86_64.zip");
    assert!(dynamic.contains("bootstrap is not statically linked"), "{dynamic}");
    let script = refusal(b"#!/bin/sh\n", "rhambda-x86_64.zip");
    assert!(script.contains("bootstrap is not a 64-bit little-endian ELF file"), "{script}");

    let other = folder.path().join("rhambda-x86_64.zip");
    let script = "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('bin/bootstrap', '')";
    succeed(Command::new("python3").args(["-c", script]).arg(&other));
    let nested = check(&other).unwrap_err();
    assert!(nested.contains("it should hold one executable `bootstrap`"), "{nested}");
}
