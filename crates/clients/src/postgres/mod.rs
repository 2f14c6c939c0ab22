//! A client for `PostgreSQL`, with parameters and results as text.
//!
//! [`Client`] has the connection; `login` opens it; `statement` runs one statement; `messages` is the protocol, which the
//! crate `postgres-protocol` reads and writes; [`array`] reads and writes arrays.

pub mod array;
mod client;
mod login;
mod messages;
mod scram;
mod settings;
mod statement;

pub use client::{Client, Password};
pub use settings::{Settings, SslMode};

/// The number of a type.
pub type Oid = u32;

/// JSON's types.
pub(crate) const JSON: [Oid; 2] = [114, 3802];

/// A parameter of a statement. The server knows its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// `NULL`
    Null,
    /// A value as text.
    Text(String),
    /// The bytes of a `bytea`, or of a text.
    Bytes(Vec<u8>),
    /// Several values: as an array, or as JSON where the statement expects that.
    List {
        /// As `PostgreSQL` writes arrays: `{1,2}`.
        array: String,
        /// As JSON.
        json: String,
    },
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, which may occur twice.
    pub name: String,
    /// Its type.
    pub oid: Oid,
}

/// Receives the rows of a result, one after the other.
pub trait Rows {
    /// Receives the columns, before the first row and even without rows.
    ///
    /// # Errors
    /// They cannot be used: nothing more of the result is read.
    fn columns(&mut self, columns: Vec<Column>) -> crate::Result<()>;

    /// A row: the columns' values as text, `None` for `NULL`.
    ///
    /// # Errors
    /// It cannot be used: nothing more of the result is read.
    fn row(&mut self, values: &[Option<&[u8]>]) -> crate::Result<()>;
}

/// Reads messages from bytes, for the fuzzer: until they end, or are invalid. Returns how many there were.
pub fn read_messages(mut bytes: &[u8]) -> usize {
    let memory = net::Memory { max_body: 1 << 20, ..net::Memory::default() };
    let mut budget = crate::wire::Budget::new(memory);
    let mut count = 0;
    while let Ok(message) = messages::read(&mut bytes, &mut budget) {
        statement::inspect(&message);
        count += 1;
    }
    count
}
