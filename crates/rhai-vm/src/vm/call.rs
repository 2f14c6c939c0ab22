//! Calls: of a script's functions, of native ones, of function pointers, of methods.

use super::path::Changer;
use super::run::HostItems;
use super::{ModuleRef, Vm, MORE_STACK, NATIVE};
use crate::code::{Func, Path, Qualified, Reg, Site, Unit};
use crate::error::{Call as CallRecord, Error, ErrorKind};
use crate::function::{Call, Function};
use crate::memory;
use crate::operators::{self, BinaryOp};
use crate::text::Str;
use crate::value::{FnPtr, Kind, Value};
use crate::Result;
use rhai::Position;
use std::rc::Rc;

/// Puts the object of a method back to where it was taken from.
type PutBack<'a> = dyn Fn(&Vm, &mut [Value], Value) -> Result<()> + 'a;

/// The arguments of a callback, in the order in which it takes them.
#[derive(Default)]
struct Row([Value; 4]);

impl Row {
    /// These, with the item among them at its place, and then the extras.
    fn fill(&mut self, args: &mut [Value], item: Option<(usize, &Value)>, extras: &[Value]) -> &mut [Value] {
        let at = item.map_or(0, |(at, _)| at.min(args.len()));
        let (before, behind) = args.split_at_mut(at);
        let items = before.iter_mut().map(std::mem::take).chain(item.map(|(_, item)| item.clone()));
        let all = items.chain(behind.iter_mut().map(std::mem::take)).chain(extras.iter().cloned());
        let mut count = 0;
        for (slot, value) in self.0.iter_mut().zip(all) {
            *slot = value;
            count += 1;
        }
        &mut self.0[..count]
    }
}

/// The place of a call.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) unit: &'a Rc<Unit>,
    pub(super) position: Position,
}

impl Vm {
    /// A call of a function by its name, with the arguments at the beginning of this piece of the stack.
    pub(super) fn call_named(&self, site: &Site, stack: &mut [Value], place: Place<'_>) -> Result<Value> {
        if let Some(number) = site.own {
            return self.call_script(place.unit, number, stack, false, place);
        }
        if let Some((unit, number)) = self.find_elsewhere(site, site.args, place.unit) {
            return self.call_script(&unit, number, stack, false, place);
        }
        match select(site, &stack[..site.args]) {
            Some(native) => self.call_native(native, stack, site.args, place),
            None => Err(unknown(&site.name, &stack[..site.args], place.position)),
        }
    }

    /// A call of a function in a namespace.
    pub(super) fn call_qualified(
        &self,
        site: &Site,
        base: &[Value],
        stack: &mut [Value],
        place: Place<'_>,
    ) -> Result<Value> {
        let Some(namespace) = &site.namespace else {
            return self.call_named(site, stack, place);
        };
        if let Some(module) = self.module(namespace, base, place.unit)? {
            let module = module.unit;
            let found = module.find(&site.name, site.args);
            let found = found.filter(|number| !module.functions[*number as usize].is_private);
            return match found {
                Some(number) => self.call_script(&module, number, stack, false, place),
                None => Err(unknown_qualified(namespace, &site.name, &stack[..site.args], place)),
            };
        }
        let native = match site.natives.is_empty() {
            true => None,
            false => select(site, &stack[..site.args]),
        };
        match native {
            Some(native) => self.call_native(native, stack, site.args, place),
            None => Err(unknown_qualified(namespace, &site.name, &stack[..site.args], place)),
        }
    }

    /// A module that a namespace means; `None` if it is one of native functions.
    fn module(
        &self,
        namespace: &Qualified,
        base: &[Value],
        unit: &Unit,
    ) -> Result<Option<crate::vm::ModuleHandle>> {
        let missing = || Error::at(ErrorKind::ModuleNotFound(written(&namespace.path)), namespace.position);
        let (root, inner) = namespace.path.split_first().ok_or_else(missing)?;
        let local = namespace.register.and_then(|register| base.get(register as usize));
        let local = local.and_then(Value::as_host::<ModuleRef>).map(|module| Rc::clone(&module.0));
        let found = local.or_else(|| {
            let imports = unit.imports.borrow();
            imports.iter().rev().find(|(name, _)| name == root).map(|(_, module)| Rc::clone(module))
        });
        let Some(mut module) = found else {
            return match self.index().namespace(root) {
                Some(_) if inner.is_empty() => Ok(None),
                _ => Err(missing()),
            };
        };
        for name in inner {
            let next = module.modules.iter().rev().find(|(found, _)| found == name);
            module = next.map(|(_, module)| Rc::clone(module)).ok_or_else(missing)?;
        }
        Ok(Some(crate::vm::ModuleHandle { unit: Rc::clone(&module.unit), module }))
    }

    /// `module::NAME`.
    pub(super) fn qualified_variable(&self, site: &Site, base: &[Value], unit: &Unit) -> Result<Value> {
        let Some(namespace) = &site.namespace else {
            return Ok(Value::Unit);
        };
        let missing = || {
            let name = format!("{}::{}", written(&namespace.path), namespace.name);
            Error::at(ErrorKind::VariableNotFound(name), namespace.position)
        };
        if let Some(found) = self.module(namespace, base, unit)? {
            return found.module.variables.get(&namespace.name).cloned().ok_or_else(missing);
        }
        let constants = self.index().namespace(&namespace.path[0]).map_or(&[][..], |found| found.constants);
        let found = constants.iter().find(|(name, _)| *name == namespace.name.as_str());
        found.map(|(_, constant)| (*constant).into()).ok_or_else(missing)
    }

    /// A function of this name in another script: of those that are running, the innermost first.
    fn find_elsewhere(&self, site: &Site, args: usize, unit: &Rc<Unit>) -> Option<(Rc<Unit>, u32)> {
        let count = self.unit_count.get();
        if count <= 1 || site.elsewhere.get() == count {
            return None;
        }
        let anywhere = self
            .units
            .borrow()
            .iter()
            .filter_map(std::rc::Weak::upgrade)
            .any(|other| !Rc::ptr_eq(&other, unit) && other.find(&site.name, args).is_some());
        if !anywhere {
            site.elsewhere.set(count);
            return None;
        }
        self.find_running(&site.name, args, unit)
    }

    fn find_running(&self, name: &str, args: usize, unit: &Rc<Unit>) -> Option<(Rc<Unit>, u32)> {
        let chain = self.chain.borrow();
        let mut others = chain.iter().rev().filter(|other| !Rc::ptr_eq(other, unit));
        others.find_map(|other| other.find(name, args).map(|number| (Rc::clone(other), number)))
    }

    /// Calls a script's function with the arguments at the beginning of this piece of the stack.
    #[inline]
    pub(super) fn call_script(
        &self,
        unit: &Rc<Unit>,
        number: u32,
        stack: &mut [Value],
        has_this: bool,
        place: Place<'_>,
    ) -> Result<Value> {
        let function = &unit.functions[number as usize];
        let is_foreign = !Rc::ptr_eq(unit, place.unit);
        if is_foreign {
            self.chain.borrow_mut().push(Rc::clone(unit));
        }
        let result = self.enter(unit, function, stack, has_this);
        if is_foreign {
            self.chain.borrow_mut().pop();
        }
        result.map_err(|error| went_through(error, function, unit, place.position))
    }

    /// As [`Vm::call_script`], as a method of `this`, which it may change.
    fn call_method(
        &self,
        unit: &Rc<Unit>,
        number: u32,
        this: &mut Value,
        stack: &mut [Value],
        place: Place<'_>,
    ) -> Result<Value> {
        let function = &unit.functions[number as usize];
        if function.this == Reg::MAX {
            return self.call_script(unit, number, stack, true, place);
        }
        let register = function.this as usize;
        if stack.len() <= function.registers {
            let mut more = vec![Value::Unit; MORE_STACK.max(function.registers * 2)];
            for (to, from) in more.iter_mut().zip(&mut stack[..function.params.len()]) {
                *to = std::mem::take(from);
            }
            return self.call_method(unit, number, this, &mut more, place);
        }
        stack[register] = std::mem::take(this);
        let function = &unit.functions[number as usize];
        let is_foreign = !Rc::ptr_eq(unit, place.unit);
        if is_foreign {
            self.chain.borrow_mut().push(Rc::clone(unit));
        }
        let result = self.enter_with_this(unit, function, stack, this);
        if is_foreign {
            self.chain.borrow_mut().pop();
        }
        result.map_err(|error| went_through(error, function, unit, place.position))
    }

    /// Calls a native function with the arguments at the beginning of this piece of the stack.
    #[inline]
    pub(super) fn call_native(
        &self,
        native: &'static Function,
        stack: &mut [Value],
        count: usize,
        place: Place<'_>,
    ) -> Result<Value> {
        self.until_check.set(self.until_check.get().saturating_sub(NATIVE));
        let (args, rest) = stack.split_at_mut(count);
        let mut call = Call {
            vm: self,
            args,
            stack: rest,
            name: native.name,
            position: place.position,
            source: &place.unit.name,
        };
        memory::calling(place.unit, place.position);
        (native.call)(&mut call).map_err(|error| memory::stopped().unwrap_or(error).or_at(place.position))
    }

    /// The next of the items that an object of the host makes, which may take as long as a native function.
    #[cold]
    pub(super) fn next_of_host(&self, items: &Value, place: Place<'_>) -> Result<Option<Value>> {
        let Some(HostItems(items)) = items.as_host() else {
            return Ok(None);
        };
        self.until_check.set(self.until_check.get().saturating_sub(NATIVE));
        memory::calling(place.unit, place.position);
        let next = items.borrow_mut().next().transpose();
        next.map_err(|error| memory::stopped().unwrap_or(error).or_at(place.position))
    }

    /// A native function of a type's property, called with these arguments; what the first one is then comes with
    /// the result. `None` if there is no such function.
    pub(super) fn call_accessor(&self, name: &str, mut args: Vec<Value>) -> Option<Result<(Value, Value)>> {
        let natives = self.index().named(name);
        let native = best(natives, &args)?;
        let count = args.len();
        let mut stack = vec![Value::Unit; super::FIRST_STACK];
        let source = Str::default();
        let mut call = Call {
            vm: self,
            args: &mut args[..count],
            stack: &mut stack,
            name: native.name,
            position: Position::NONE,
            source: &source,
        };
        let result = (native.call)(&mut call);
        Some(result.map(|value| (value, std::mem::take(&mut args[0]))))
    }

    /// An operator that is a native function, for hosts' types.
    pub(super) fn native_operator(&self, symbol: &str, a: &Value, b: &Value) -> Option<Result<Value>> {
        self.call_accessor(symbol, vec![a.clone(), b.clone()]).map(|result| result.map(|(value, _)| value))
    }

    /// `a op b`, where neither is shared.
    pub(crate) fn binary(&self, op: BinaryOp, a: &Value, b: &Value) -> Result<Value> {
        let is_host = |value: &Value| matches!(value, Value::Host(_));
        if is_host(a) || is_host(b) {
            if let Some(result) = self.native_operator(op.symbol(), a, b) {
                return result;
            }
        }
        match operators::binary(op, a, b) {
            Some(result) => result,
            None if matches!(op, BinaryOp::Eq | BinaryOp::Ne)
                && matches!((a, b), (Value::Array(_), Value::Array(_)) | (Value::Map(_), Value::Map(_))) =>
            {
                Ok(Value::Bool(self.equal(a, b)? == (op == BinaryOp::Eq)))
            }
            None => match self.native_operator(op.symbol(), a, b) {
                Some(result) => result,
                None => Err(operators::not_found(op.symbol(), &[a, b])),
            },
        }
    }

    /// A native function that changes the variable at the beginning of its path: `push(array, 1)`.
    pub(super) fn call_changing(
        &self,
        site: &Site,
        path: &Path,
        base: &mut [Value],
        start: usize,
        place: Place<'_>,
    ) -> Result<Value> {
        let root = path.root as usize;
        if matches!(base[root], Value::Shared(_)) {
            base[start] = base[root].flat_clone();
            return self.call_named(site, &mut base[start..], place);
        }
        base[start] = std::mem::take(&mut base[root]);
        let native = select(site, &base[start..start + site.args]);
        let changes = native.is_some_and(|native| native.changes_first)
            && self.find_elsewhere(site, site.args, place.unit).is_none();
        if !changes {
            // What is called may keep its arguments.
            base[root] = base[start].clone();
            return self.call_named(site, &mut base[start..], place);
        }
        let result = self.call_named(site, &mut base[start..], place);
        let changed = std::mem::take(&mut base[start]);
        base[root] = changed;
        result
    }

    /// The same where nothing but a native function that changes nothing can be meant; `None` where that is not
    /// certain.
    #[inline]
    pub(super) fn call_simple(
        &self,
        site: &Site,
        path: &Path,
        base: &mut [Value],
        start: usize,
        place: Place<'_>,
    ) -> Option<Result<Value>> {
        let count = self.unit_count.get();
        if !site.is_simple
            || (count > 1 && (site.elsewhere.get() != count || !self.typed.borrow().is_empty()))
        {
            return None;
        }
        let object = Self::look(&base[path.root as usize], &path.steps, base)?;
        match object {
            Value::Map(map) if matches!(map.get(&site.name), Some(Value::Fn(_))) => return None,
            Value::Array(items) if site.is_len => {
                return Some(Ok(Value::Int(i64::try_from(items.len()).unwrap_or(i64::MAX))));
            }
            _ => {}
        }
        base[start] = object.copy();
        let native = select(site, &base[start..start + site.args])?;
        Some(self.call_native(native, &mut base[start..], site.args, place))
    }

    /// A method of what a path leads to. The arguments are behind the register `start`.
    pub(super) fn call_method_at(
        &self,
        site: &Site,
        path: &Path,
        base: &mut [Value],
        start: usize,
        place: Place<'_>,
    ) -> Result<Value> {
        let root = path.root as usize;
        let is_shared = matches!(base[root], Value::Shared(_));
        let count = site.args;
        // What is called gets the value itself, to change it in place. A closure may look at the variable meanwhile: one among the
        // arguments of a native function, or any that a script's function can find.
        let may_take = path.constant.is_none()
            && if is_shared {
                let is_function = |arg: &Value| matches!(arg, Value::Fn(_));
                site.may_change && !base[start + 1..start + count].iter().any(is_function)
            } else {
                site.may_change || !crate::is_debugged()
            };
        let object = if may_take {
            let mut value = std::mem::take(&mut base[root]);
            let object = self.take(&mut value, &path.steps, base);
            base[root] = value;
            object?
        } else if path.steps.is_empty() {
            base[root].flat_clone()
        } else {
            self.read(&base[root], &path.steps, base)?
        };
        let put = |vm: &Self, base: &mut [Value], object: Value, by: Changer| {
            let mut value = std::mem::take(&mut base[root]);
            let result = vm.put_back(&mut value, &path.steps, base, object, by);
            base[root] = value;
            result
        };
        let put_back = |vm: &Self, base: &mut [Value], object| put(vm, base, object, Changer::Native);
        let put_this = |vm: &Self, base: &mut [Value], this| put(vm, base, this, Changer::Script);
        // What is called does not depend on more than the object and the number of arguments.
        if let Value::Map(map) = &object {
            if let Some(Value::Fn(function)) = map.get(&site.name) {
                let function = Rc::clone(function);
                let mut this = object;
                let mut args: Vec<Value> =
                    base[start + 1..start + count].iter_mut().map(std::mem::take).collect();
                let result = self.invoke_slice(
                    &function,
                    Some(&mut this),
                    &mut args,
                    &mut base[start..],
                    place.position,
                );
                if path.constant.is_none() {
                    put_this(self, base, this)?;
                }
                return result;
            }
        }
        if site.name == "call" && count > 1 && !matches!(object, Value::Fn(_)) {
            let mut this = object;
            let result = self.call_on(site, &mut this, base, start, place);
            if path.constant.is_none() {
                put_this(self, base, this)?;
            }
            return result;
        }
        if let Some(result) = self.call_syntactic(site, &object, is_shared, base, start, place) {
            if may_take {
                put_back(self, base, object)?;
            }
            return result;
        }
        match self.find_method(site, &object, place.unit) {
            Some((unit, number)) => {
                let mut this = object;
                let result = self.call_method(&unit, number, &mut this, &mut base[start + 1..], place);
                if path.constant.is_none() {
                    put_this(self, base, this)?;
                }
                result
            }
            None => {
                base[start] = object;
                match select(site, &base[start..start + count]) {
                    Some(native) if native.changes_first && path.constant.is_some() => {
                        let kind = ErrorKind::NonPureMethodCallOnConstant(site.name.to_string());
                        Err(Error::at(kind, place.position))
                    }
                    Some(native) => self.finish_native(native, site, may_take, base, start, place, &put_back),
                    None => {
                        let error = unknown(&site.name, &base[start..start + count], place.position);
                        if may_take {
                            let object = std::mem::take(&mut base[start]);
                            put_back(self, base, object)?;
                        }
                        Err(error)
                    }
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn finish_native(
        &self,
        native: &'static Function,
        site: &Site,
        was_taken: bool,
        base: &mut [Value],
        start: usize,
        place: Place<'_>,
        put_back: &PutBack<'_>,
    ) -> Result<Value> {
        if !was_taken {
            let result = self.call_native(native, &mut base[start..], site.args, place);
            if native.changes_first {
                let object = std::mem::take(&mut base[start]);
                put_back(self, base, object)?;
            }
            return result;
        }
        // A function that leaves its first argument as it is may take it away.
        let kept = (!native.changes_first).then(|| base[start].clone());
        let result = self.call_native(native, &mut base[start..], site.args, place);
        let object = kept.unwrap_or_else(|| std::mem::take(&mut base[start]));
        put_back(self, base, object)?;
        result
    }

    /// A script's function that is meant by a method of this object.
    fn find_method(&self, site: &Site, object: &Value, unit: &Rc<Unit>) -> Option<(Rc<Unit>, u32)> {
        let count = site.args - 1;
        if !site.typed.is_empty() {
            let of = object.type_name();
            if let Some((_, number)) = site.typed.iter().find(|(name, _)| name.as_str() == of) {
                return Some((Rc::clone(unit), *number));
            }
        }
        let typed = self.typed.borrow();
        if !typed.is_empty() {
            let of = object.type_name();
            let found = typed.iter().rev().find(|(type_name, name, args, ..)| {
                type_name.as_str() == of && *name == site.name && *args == count
            });
            if let Some((.., unit, number)) = found {
                return Some((Rc::clone(unit), *number));
            }
        }
        drop(typed);
        if let Some(number) = site.own {
            return Some((Rc::clone(unit), number));
        }
        self.find_elsewhere(site, count, unit)
    }

    /// `object.call(function, …)`: the function is a method of the object.
    fn call_on(
        &self,
        site: &Site,
        this: &mut Value,
        base: &mut [Value],
        start: usize,
        place: Place<'_>,
    ) -> Result<Value> {
        let mut args: Vec<Value> =
            base[start + 1..start + site.args].iter_mut().map(std::mem::take).collect();
        let function = match args.remove(0) {
            Value::Fn(function) => function,
            other => return Err(Error::mismatch("Fn", &other).or_at(site.first)),
        };
        let stack = &mut base[start..];
        self.invoke_slice(&function, Some(this), &mut args, stack, place.position)
    }

    /// Methods that are part of the language: `call`, `curry`, `is_shared`, `type_of`.
    fn call_syntactic(
        &self,
        site: &Site,
        object: &Value,
        is_shared: bool,
        base: &mut [Value],
        start: usize,
        place: Place<'_>,
    ) -> Option<Result<Value>> {
        let count = site.args;
        match (site.name.as_str(), object) {
            ("call", Value::Fn(function)) => {
                let mut args: Vec<Value> =
                    base[start + 1..start + count].iter_mut().map(std::mem::take).collect();
                let function = Rc::clone(function);
                let stack = &mut base[start..];
                Some(self.invoke_slice(&function, None, &mut args, stack, place.position))
            }
            ("curry", Value::Fn(function)) => {
                let mut function = (**function).clone();
                function.curry.extend(base[start + 1..start + count].iter_mut().map(std::mem::take));
                Some(Ok(function.into()))
            }
            ("call" | "curry", object) => Some(Err(Error::mismatch("Fn", object).or_at(place.position))),
            ("is_shared", _) if count == 1 => Some(Ok(Value::Bool(is_shared))),
            ("type_of", object) if count == 1 => Some(Ok(object.type_name().into())),
            _ => None,
        }
    }

    /// Calls a function pointer with these arguments. They may be gone afterwards: a function that changes one should
    /// be its only owner.
    pub(crate) fn invoke_slice(
        &self,
        function: &Rc<FnPtr>,
        this: Option<&mut Value>,
        args: &mut [Value],
        stack: &mut [Value],
        position: Position,
    ) -> Result<Value> {
        let count = function.curry.len() + args.len();
        if stack.len() <= count + 1 {
            let mut more = vec![Value::Unit; MORE_STACK + count];
            return self.invoke_slice(function, this, args, &mut more, position);
        }
        let typed = this.as_deref().and_then(|this| self.find_typed(function, this, count));
        if let (None, Some((unit, number))) = (&typed, &function.target) {
            if unit.functions[*number as usize].params.len() == count {
                let (curried, rest) = stack.split_at_mut(function.curry.len());
                curried.clone_from_slice(&function.curry);
                for (register, value) in rest.iter_mut().zip(args) {
                    register.put(std::mem::take(value));
                }
                let place = Place { unit, position };
                return match this {
                    Some(this) => self.call_method(unit, *number, this, stack, place),
                    None => self.call_script(unit, *number, stack, false, place),
                };
            }
        }
        self.invoke_by_name(function, typed, this, args, stack, position)
    }

    /// The method of this object's type that a function pointer means: `Fn("f")` with `fn int.f()`.
    fn find_typed(&self, function: &FnPtr, this: &Value, count: usize) -> Option<(Rc<Unit>, u32)> {
        if function.is_anonymous() {
            return None;
        }
        let (of, name) = (this.type_name(), function.name.as_str());
        let find = |unit: &Rc<Unit>| Some((Rc::clone(unit), unit.find_typed(of, name, count)?));
        let found = match &function.target {
            Some((unit, _)) => find(unit),
            None => self.chain.borrow().iter().rev().find_map(find),
        };
        found.or_else(|| {
            let typed = self.typed.borrow();
            let mut methods = typed.iter().rev();
            let method =
                methods.find(|(found, method, args, ..)| found == of && method == name && *args == count)?;
            Some((Rc::clone(&method.3), method.4))
        })
    }

    fn invoke_by_name(
        &self,
        function: &Rc<FnPtr>,
        typed: Option<(Rc<Unit>, u32)>,
        this: Option<&mut Value>,
        args: &[Value],
        stack: &mut [Value],
        position: Position,
    ) -> Result<Value> {
        let name = &function.name;
        let count = function.curry.len() + args.len();
        let chain = self.chain.borrow();
        let target = function.target.as_ref();
        let found = typed.or_else(|| {
            target.and_then(|(unit, _)| unit.find(name, count).map(|number| (Rc::clone(unit), number)))
        });
        let found = found.or_else(|| {
            chain.iter().rev().find_map(|unit| unit.find(name, count).map(|number| (Rc::clone(unit), number)))
        });
        let here = chain.last().cloned();
        drop(chain);
        let values = function.curry.iter().chain(args);
        if let Some((unit, number)) = found {
            for (register, value) in stack.iter_mut().zip(values) {
                register.clone_from(value);
            }
            let place = Place { unit: here.as_ref().unwrap_or(&unit), position };
            return match this {
                Some(this) => self.call_method(&unit, number, this, stack, place),
                None => self.call_script(&unit, number, stack, false, place),
            };
        }
        let mut values: Vec<Value> = values.map(Value::flat_clone).collect();
        let is_method = this.is_some();
        if let Some(this) = &this {
            // It stands behind the curried values of a native function, and before those that a closure has captured.
            let at = if function.is_anonymous() { 0 } else { function.curry.len() };
            values.insert(at, this.flat_clone());
        }
        let native = best(self.index().named(name), &values);
        let count = values.len();
        for (register, value) in stack.iter_mut().zip(values) {
            *register = value;
        }
        let Some(native) = native else {
            let error = unknown(name, &stack[..count], position);
            stack[..count].fill(Value::Unit);
            return Err(error);
        };
        let unit = here.unwrap_or_default();
        let result = self.call_native(native, stack, count, Place { unit: &unit, position });
        if let (Some(this), true, true) = (this, is_method && function.curry.is_empty(), native.changes_first)
        {
            *this = std::mem::take(&mut stack[0]);
        }
        stack[..count].fill(Value::Unit);
        result
    }

    /// As rhai's `call_raw_with_extra_args`: see [`Call::invoke_item`].
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn invoke_item(
        &self,
        function: &Rc<FnPtr>,
        item: &mut Value,
        args: &mut [Value],
        extras: &[Value],
        place: Option<usize>,
        stack: &mut [Value],
        position: Position,
    ) -> Result<Value> {
        self.step()?;
        let (count, more) = (args.len(), extras.len());
        let curried = function.curry.len();
        let takes = |count: usize| self.takes(function, curried + count);
        if takes(count) || self.find_typed(function, item, curried + count).is_some() {
            return self.invoke_slice(function, Some(item), args, stack, position);
        }
        if place == Some(0) && count == 0 && takes(1) {
            return self.invoke_slice(function, None, &mut [item.clone()], stack, position);
        }
        let mut row = Row::default();
        if place.is_some() && takes(count + 1) {
            return self.invoke_slice(
                function,
                None,
                row.fill(args, place.map(|at| (at, &*item)), &[]),
                stack,
                position,
            );
        }
        if place.is_some() && takes(count + 1 + more) {
            return self.invoke_slice(
                function,
                None,
                row.fill(args, place.map(|at| (at, &*item)), extras),
                stack,
                position,
            );
        }
        let is_method = |count: usize| self.find_typed(function, item, curried + count).is_some();
        if place.is_none() && (takes(count + more) || is_method(count + more)) {
            return self.invoke_slice(function, Some(item), row.fill(args, None, extras), stack, position);
        }
        // A native function: whatever there is one for.
        let is_missing = |error: &Error| is_unknown(error, &function.name);
        match self.invoke_slice(function, Some(item), args, stack, position) {
            Err(error) if is_missing(&error) => {}
            result => return result,
        }
        let mut copied = args.to_vec();
        let Some(at) = place else {
            return self.invoke_slice(function, Some(item), row.fill(args, None, extras), stack, position);
        };
        match self.invoke_slice(function, None, row.fill(&mut copied, Some((at, item)), &[]), stack, position)
        {
            Err(error) if is_missing(&error) => {}
            result => return result,
        }
        self.invoke_slice(function, None, row.fill(args, Some((at, item)), extras), stack, position)
    }

    /// Whether a script's function is meant that has so many parameters.
    pub(crate) fn takes(&self, function: &FnPtr, count: usize) -> bool {
        if let Some((unit, number)) = &function.target {
            return unit.functions[*number as usize].params.len() == count
                || (!function.is_anonymous() && unit.find(&function.name, count).is_some());
        }
        self.chain.borrow().iter().any(|unit| unit.find(&function.name, count).is_some())
    }

    /// Whether a script has a function of this name for so many arguments.
    pub(super) fn is_defined_fn(&self, args: &[Value], unit: &Rc<Unit>, position: Position) -> Result<Value> {
        let text = |value: &Value| match value {
            Value::Str(text) => Ok(text.clone()),
            other => Err(Error::mismatch("string", other).or_at(position)),
        };
        let (of, name, count) = match args {
            [name, count] => (None, text(name)?, count),
            [of, name, count] => (Some(text(of)?), text(name)?, count),
            _ => return Ok(Value::Bool(false)),
        };
        let Some(count) = count.as_int() else {
            return Err(Error::mismatch("i64", count).or_at(position));
        };
        let Ok(count) = usize::try_from(count) else {
            return Ok(Value::Bool(false));
        };
        let has = |unit: &Unit| match &of {
            None => unit.find(&name, count).is_some(),
            Some(of) => unit.find_typed(of, &name, count).is_some(),
        };
        Ok(Value::Bool(has(unit) || self.chain.borrow().iter().any(|unit| has(unit))))
    }

    /// Calls the pointer at the beginning of this piece of the stack with the arguments behind it.
    pub(super) fn call_pointer_at(
        &self,
        stack: &mut [Value],
        count: usize,
        first: Position,
        place: Place<'_>,
    ) -> Result<Value> {
        let function = match std::mem::take(&mut stack[0]).flatten() {
            Value::Fn(function) => function,
            other => return Err(Error::mismatch("Fn", &other).or_at(first)),
        };
        let mut args: Vec<Value> = stack[1..count].iter_mut().map(std::mem::take).collect();
        self.invoke_slice(&function, None, &mut args, stack, place.position)
    }
}

fn written(path: &[Str]) -> String {
    path.iter().map(Str::as_str).collect::<Vec<_>>().join("::")
}

fn is_unknown(error: &Error, name: &str) -> bool {
    error.calls().is_empty()
        && matches!(error.kind(), ErrorKind::FunctionNotFound(signature) if signature.starts_with(name))
}

/// An error that went through a call of a script's function.
#[cold]
pub(super) fn went_through(mut error: Error, function: &Func, unit: &Unit, position: Position) -> Error {
    let is_own = error.calls().is_empty();
    if matches!(error.kind(), ErrorKind::Exit(_)) || is_own && matches!(error.kind(), ErrorKind::Parsing(_)) {
        error.set_position(position);
        return error;
    }
    error.through(CallRecord {
        name: function.name.clone(),
        source: unit.name.clone(),
        position,
        is_import: false,
    })
}

#[cold]
fn unknown_qualified(namespace: &Qualified, name: &str, args: &[Value], place: Place<'_>) -> Error {
    unknown(&format!("{}::{name}", written(&namespace.path)), args, place.position)
}

#[cold]
pub(super) fn unknown(name: &str, args: &[Value], position: Position) -> Error {
    let types: Vec<_> = args.iter().map(Value::type_name).collect();
    let signature = format!("{name} ({})", types.join(", "));
    Error::at(ErrorKind::FunctionNotFound(signature), position)
}

/// The function that suits these arguments best.
fn best(natives: impl Iterator<Item = &'static Function>, args: &[Value]) -> Option<&'static Function> {
    let suits = natives.filter_map(|native| native.suits(args).map(|mask| (mask, native)));
    suits.min_by_key(|(mask, _)| *mask).map(|(_, native)| native)
}

/// The native function of a site that suits these arguments best; that of the same types is found at once.
#[inline]
fn select(site: &Site, args: &[Value]) -> Option<&'static Function> {
    let types = types_of(args);
    let (known, number) = site.cache.get();
    if let (Some(types), true) = (types, types == Some(known)) {
        debug_assert_ne!(types, u32::MAX);
        return site.natives.get(number as usize).copied();
    }
    let suits = site.natives.iter().enumerate();
    let suits = suits.filter_map(|(number, native)| native.suits(args).map(|mask| (mask, number)));
    let (_, number) = suits.min_by_key(|(mask, _)| *mask)?;
    if let (Some(types), Ok(number)) = (types, u16::try_from(number)) {
        site.cache.set((types, number));
    }
    site.natives.get(number).copied()
}

/// The types of up to four arguments in a number; `None` where a host's type is among them.
#[inline]
fn types_of(args: &[Value]) -> Option<u32> {
    if args.len() > 4 {
        return None;
    }
    let mut types = 1_u32;
    for arg in args {
        let kind = match arg.kind() {
            Kind::Host(_) => return None,
            Kind::Any => 0,
            Kind::Unit => 1,
            Kind::Bool => 2,
            Kind::Int => 3,
            Kind::Float => 4,
            Kind::Char => 5,
            Kind::String => 6,
            Kind::Array => 7,
            Kind::Map => 8,
            Kind::Blob => 9,
            Kind::Range => 10,
            Kind::RangeInclusive => 11,
            Kind::Fn => 12,
        };
        types = types << 4 | kind;
    }
    Some(types)
}
