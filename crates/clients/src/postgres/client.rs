//! A database, with the one connection that a script has to it.

use super::statement::{self, Outcome, Tag};
use super::{login, Parameter, Rows, Settings};
use crate::error::codes;
use crate::wire::{Network, Time, Wire};
use crate::{Error, Result};
use net::{Memory, Until};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

/// Makes the password for a connection.
pub type Password = Box<dyn Fn(Until) -> Result<Option<String>>>;

/// A database. The connection is made for the first statement, and again when it was lost outside of a transaction.
pub struct Client {
    network: Rc<Network>,
    settings: Settings,
    password: Password,
    connection: RefCell<Option<Connection>>,
    /// A transaction was begun with [`Client::begin`], and has not ended. If its connection is lost, no other one takes its
    /// place: the statements that are left belong to the transaction.
    is_begun: Cell<bool>,
}

struct Connection {
    wire: Wire,
    is_in_transaction: bool,
}

impl Client {
    /// A client that has no connection yet.
    pub fn new(network: Rc<Network>, settings: Settings, password: Password) -> Self {
        Self { network, settings, password, connection: RefCell::default(), is_begun: Cell::new(false) }
    }

    /// The database.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Runs a statement, and returns how many rows it has changed or returned.
    ///
    /// # Errors
    /// The server's error with its SQLSTATE as the code, or an error of the connection.
    pub fn run(&self, sql: &str, parameters: &[Parameter], rows: &mut dyn Rows, until: Until) -> Result<u64> {
        check(sql, parameters)?;
        let work =
            |wire: &mut Wire, memory, time: &Time| statement::run(wire, memory, sql, parameters, rows, time);
        self.with_connection(until, work).map(|tag| tag.rows())
    }

    /// Runs statements that have no parameters and whose results are ignored.
    ///
    /// # Errors
    /// As of [`Client::run`].
    pub fn script(&self, sql: &str, until: Until) -> Result<()> {
        check(sql, &[])?;
        self.with_connection(until, |wire, memory, time| statement::script(wire, memory, sql, time))
            .map(|_| ())
    }

    /// Begins a transaction with this statement.
    ///
    /// # Errors
    /// As of [`Client::run`].
    pub fn begin(&self, sql: &str, until: Until) -> Result<()> {
        self.script(sql, until)?;
        self.is_begun.set(true);
        Ok(())
    }

    /// Ends a transaction, so that what it has done is there to stay.
    ///
    /// # Errors
    /// As of [`Client::run`]; `25P02` if a statement of the transaction has failed, so that the server rolled it back.
    pub fn commit(&self, until: Until) -> Result<()> {
        let work = |wire: &mut Wire, memory, time: &Time| statement::script(wire, memory, "COMMIT", time);
        let tag = self.with_connection(until, work);
        self.is_begun.set(false);
        if tag?.0 == "ROLLBACK" {
            let what = "a statement of the transaction has failed, so the transaction was rolled back";
            return Err(Error::new("25P02", what));
        }
        Ok(())
    }

    /// Ends a transaction, so that nothing of it stays.
    pub fn roll_back(&self, until: Until) {
        self.is_begun.set(false);
        if self.is_in_transaction() && self.script("ROLLBACK", until).is_err() {
            self.abandon_transaction();
        }
    }

    /// Whether a transaction is open.
    pub fn is_in_transaction(&self) -> bool {
        self.connection.borrow().as_ref().is_some_and(|connection| connection.is_in_transaction)
    }

    /// Closes the connection if a transaction is open, which the server rolls back then. Returns whether there was one.
    pub fn abandon_transaction(&self) -> bool {
        let is_open = self.is_in_transaction();
        self.is_begun.set(false);
        if is_open {
            self.connection.take();
        }
        is_open
    }

    /// Does something with the connection. It is put back only where the server waits for the next statement.
    fn with_connection(
        &self,
        until: Until,
        mut work: impl FnMut(&mut Wire, Memory, &Time) -> Outcome,
    ) -> Result<Tag> {
        let (network, time) = (&self.network, Time::new(self.settings.timeout, until));
        let pooled = self.connection.take();
        let is_in_transaction = pooled.as_ref().is_some_and(|connection| connection.is_in_transaction);
        let pooled = pooled
            .and_then(|mut connection| connection.is_alive(network.memory, &time).then_some(connection));
        if (is_in_transaction || self.is_begun.get()) && pooled.is_none() {
            let what = "the connection was lost, so the transaction was rolled back";
            return Err(Error::new(codes::CLOSED, what));
        }
        let is_pooled = pooled.is_some();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => self.open(&time)?,
        };
        let mut outcome = work(&mut connection.wire, network.memory, &time);
        let was_not_sent = |outcome: &Outcome, connection: &Connection| {
            let is_closed = outcome.result.as_ref().is_err_and(|error| error.is(codes::CLOSED));
            is_closed && !connection.wire.was_sent()
        };
        if is_pooled && !is_in_transaction && was_not_sent(&outcome, &connection) {
            connection = self.open(&time)?;
            outcome = work(&mut connection.wire, network.memory, &time);
        }
        if let Some(status) = outcome.status {
            connection.is_in_transaction = status != b'I';
            self.connection.replace(Some(connection));
        }
        outcome.result
    }

    fn open(&self, time: &Time) -> Result<Connection> {
        let wire = login::open(&self.network, &self.settings, || (self.password)(time.end()), time)?;
        Ok(Connection { wire, is_in_transaction: false })
    }
}

/// Refuses what the protocol cannot express, before the connection is touched.
fn check(sql: &str, parameters: &[Parameter]) -> Result<()> {
    if sql.contains('\0') {
        return Err(Error::invalid(
            "the statement contains a NUL character, which PostgreSQL does not support",
        ));
    }
    if parameters.len() > usize::from(u16::MAX) {
        let count = parameters.len();
        return Err(Error::invalid(format!(
            "the statement has {count} parameters; PostgreSQL supports 65535"
        )));
    }
    Ok(())
}

impl Connection {
    /// Whether it can be used for the next statement.
    fn is_alive(&mut self, memory: Memory, time: &Time) -> bool {
        let ping =
            |wire: &mut Wire, time: &Time| statement::script(wire, memory, "", time).result.map(|_| ());
        self.wire.is_alive(time, ping)
    }
}

/// Without the password.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.settings)
    }
}
