//! `eval`: a text that is compiled and run where the script is.

use super::call::{went_through, Place};
use super::Vm;
use crate::code::{Captured, Func, Scope, Site, Unit};
use crate::compile;
use crate::error::{Call, Error, ErrorKind};
use crate::memory;
use crate::value::Value;
use crate::Result;
use rhai::ParseErrorType;
use std::rc::Rc;

/// About how many bytes a byte of a text becomes while it is compiled.
const BYTES_COMPILED: usize = 64;

impl Vm {
    /// Runs a text in the registers of the function that asks for it.
    pub(super) fn eval(
        &self,
        text: &Value,
        scope: &Scope,
        function: &Func,
        stack: &mut [Value],
        has_this: bool,
        place: Place<'_>,
    ) -> Result<Value> {
        let Value::Str(text) = text else {
            return Err(Error::mismatch("string", text).or_at(place.position));
        };
        let result = self.eval_text(text, scope, function, stack, has_this, place.unit);
        result.map_err(|error| match error.kind() {
            ErrorKind::Exit(_) => error,
            _ => error.through(Call {
                name: "eval".into(),
                source: place.unit.name.clone(),
                position: place.position,
                is_import: false,
            }),
        })
    }

    fn eval_text(
        &self,
        text: &str,
        scope: &Scope,
        function: &Func,
        stack: &mut [Value],
        has_this: bool,
        unit: &Rc<Unit>,
    ) -> Result<Value> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Value::Unit);
        }
        self.check()?;
        memory::needs(text.len().saturating_mul(BYTES_COMPILED))?;
        let names: Vec<&str> = scope.variables.iter().map(|local| local.name.as_str()).collect();
        let ast = self.parse(text, &names)?;
        if ast.iter_functions().next().is_some() {
            return Err(Error::new(ErrorKind::Parsing(Box::new(ParseErrorType::WrongFnDefinition))));
        }
        let chunk = self
            .with_library(|library| {
                compile::eval_chunk(&ast, unit, scope, function.registers, function.this, library)
            })
            .map_err(|problem| Error::at(ErrorKind::TooComplex(problem.message), problem.position))?;
        self.enter_above(unit, &chunk, function, Vec::new(), stack, has_this)
    }

    /// Runs what was compiled for a place in the function `caller`, with its arguments behind
    /// that one's registers.
    fn enter_above(
        &self,
        unit: &Rc<Unit>,
        chunk: &Func,
        caller: &Func,
        args: Vec<Value>,
        stack: &mut [Value],
        has_this: bool,
    ) -> Result<Value> {
        let count = caller.registers;
        if stack.len() > chunk.registers + 1 {
            for (register, value) in stack[count..].iter_mut().zip(args) {
                *register = value;
            }
            return self.enter_part(unit, chunk, stack, count, has_this);
        }
        // The piece of the stack is too short: the registers move for as long as it runs.
        let mut more: Vec<Value> = stack[..count].iter_mut().map(std::mem::take).collect();
        more.extend(args);
        more.resize(chunk.registers + super::MORE_STACK, Value::Unit);
        let result = self.enter_part(unit, chunk, &mut more, count, has_this);
        for (to, from) in stack[..count].iter_mut().zip(more) {
            *to = from;
        }
        result
    }

    /// `f!(…)` or `call!(f, …)`: the function sees and changes the variables of its caller.
    pub(super) fn call_capturing(
        &self,
        site: &Site,
        caller: &Func,
        start: usize,
        stack: &mut [Value],
        place: Place<'_>,
    ) -> Result<Value> {
        let mut args: Vec<Value> = stack[start..start + site.args].iter_mut().map(std::mem::take).collect();
        let mut found = site.own;
        if site.name.as_str() == "call" {
            let pointer = match args.remove(0).flatten() {
                Value::Fn(pointer) => pointer,
                other => return Err(Error::mismatch("Fn", &other).or_at(site.first)),
            };
            args.splice(0..0, pointer.curry.iter().cloned());
            // A pointer to a certain function does not look around.
            found = match pointer.target {
                Some(_) => None,
                None => place.unit.find(&pointer.name, args.len()),
            };
            if found.is_none() {
                args.drain(..pointer.curry.len());
                let rest = &mut stack[start..];
                return self.invoke_slice(&pointer, None, &mut args, rest, place.position);
            }
        }
        let captured = site.captured.as_ref().zip(found).filter(|_| place.unit.tree.is_some());
        let Some((captured, number)) = captured else {
            for (register, value) in stack[start..].iter_mut().zip(args) {
                *register = value;
            }
            return self.call_named(site, &mut stack[start..], place);
        };
        let chunk = self.captured_chunk(captured, number, caller, place)?;
        let target = &place.unit.functions[number as usize];
        let result = self.enter_above(place.unit, &chunk, caller, args, stack, false);
        result.map_err(|error| went_through(error, target, place.unit, place.position))
    }

    /// The function, compiled for this place: once.
    fn captured_chunk(
        &self,
        captured: &Captured,
        number: u32,
        caller: &Func,
        place: Place<'_>,
    ) -> Result<Rc<Func>> {
        let compiled = captured.compiled.borrow();
        if let Some((_, chunk)) = compiled.iter().find(|(known, _)| *known == number) {
            return Ok(Rc::clone(chunk));
        }
        drop(compiled);
        let scope = &caller.scopes[captured.scope as usize];
        let chunk = self
            .with_library(|library| {
                compile::captured_chunk(place.unit, number, scope, caller.registers, library)
            })
            .map_err(|problem| Error::at(ErrorKind::TooComplex(problem.message), problem.position))?;
        let chunk = Rc::new(chunk);
        captured.compiled.borrow_mut().push((number, Rc::clone(&chunk)));
        Ok(chunk)
    }
}
