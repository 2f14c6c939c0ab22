//! `pages(service, operation, parameters[, options])` and `items` with the same parameters.

use super::options::Options;
use super::Caller;
use rhai_vm::function::Call;
use rhai_vm::value::Items;
use rhai_vm::{memory, Object, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// What `type_of` says.
pub(super) const TYPE_NAME: &str = "Pages";

/// The pages of an operation, or what is in them. Each is returned once; clones share them.
#[derive(Clone)]
struct Pages(Rc<Source>);

struct Source {
    caller: Caller,
    pages: RefCell<aws::Pages>,
    /// The items of the page that was received last, in reverse; `None` if pages are wanted.
    items: Option<RefCell<Vec<Value>>>,
}

pub(super) fn pages(call: &mut Call<'_>) -> Result<Value> {
    open(call, None)
}

pub(super) fn items(call: &mut Call<'_>) -> Result<Value> {
    open(call, Some(RefCell::default()))
}

fn open(call: &mut Call<'_>, items: Option<RefCell<Vec<Value>>>) -> Result<Value> {
    let (parameters, options) = (call.take_map(2)?, call.take_map(3)?);
    let caller = Caller::of(call);
    let (service, operation) = (call.str(0), call.str(1));
    let pages = || {
        let (page_size, common) = Options::all(options, self::options)?;
        caller.client.pages(service, operation, &parameters, page_size, &common)
    };
    let pages = pages().map_err(|error| caller.thrown(error.of(service, operation)))?;
    Ok(Value::host(Pages(Rc::new(Source { caller, pages: RefCell::new(pages), items }))))
}

/// The most results in a page, and what every call understands.
pub(super) fn options(options: &mut Options) -> aws::Result<(Option<usize>, aws::Options)> {
    Ok((options.count("page_size")?, options.operation()?))
}

impl Source {
    fn next(&self) -> Result<Option<Value>> {
        let Some(items) = &self.items else {
            return Ok(self.page()?.map(Value::from));
        };
        loop {
            let item = items.borrow_mut().pop();
            if item.is_some() {
                return Ok(item);
            }
            let Some(page) = self.page()? else { return Ok(None) };
            let mut found = self.pages.borrow().items(page);
            memory::needs(size_of_val(&*found))?;
            found.reverse();
            items.replace(found);
        }
    }

    fn page(&self) -> Result<Option<rhai_vm::Map>> {
        let page = self.pages.borrow_mut().receive(&self.caller.client, self.caller.deadline.until());
        page.map_err(|error| self.caller.thrown(error))
    }
}

impl Iterator for Pages {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().transpose()
    }
}

impl Object for Pages {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn iterate(&self) -> Option<Items> {
        Some(Box::new(self.clone()))
    }
}
