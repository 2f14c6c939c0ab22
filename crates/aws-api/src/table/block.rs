//! The block of a service: names, and columns of numbers.
//!
//! It begins with the lengths of its parts: names, words of its own, columns in the order of [`Column`]. All numbers
//! are in 7 bits a byte, the lowest first, the highest bit set in all but the last byte.
//!
//! **Names** are sequences of words: 0 ends a name, 1 is the next of the block's own words (which are separated by
//! `\n`), 2 to 191 are the table's most frequent words, and 192 and above, with another byte, are the others.
//!
//! **A reference to a name** is 0 for the next name that was not referred to yet, or the number of a name + 1.
//! **A type** below 16 is a scalar ([`scalar`]), 16 a shape that follows, or the number of an earlier shape + 17.

use super::service::{
    Acceptor, Location, Member, ModeledError, Operation, Paginator, Protocol, Service, Shape, Type, Waiter,
};
use rhai_vm::Str;

/// The number of columns.
const COLUMNS: usize = 9;
/// Types from this on are shapes.
const FIRST_SHAPE: usize = 16;
/// Words from this byte on take two bytes.
const TWO_BYTES: usize = 192;
/// More operations, or members of a structure, than any model has.
const MAX_COUNT: usize = 2000;
/// Deeper than any model.
const MAX_DEPTH: usize = 200;

const METHODS: [&str; 7] = ["POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

#[derive(Clone, Copy)]
enum Column {
    /// The service's protocol, the number of operations, and each one's method and traits.
    Operation,
    /// Operations' names, and the parts of their paths.
    Path,
    /// What a shape is.
    Kind,
    /// How many members a structure has, and how many parts a path.
    Count,
    /// Members' names.
    Member,
    /// Members' traits and locations.
    MemberKind,
    Type,
    /// Names in requests and responses.
    Wire,
    /// Everything that is rare: what is the service's, errors, paginators, waiters.
    Extra,
}

/// Reads a block; `None` if it is not one.
pub(super) fn read<'a>(block: &[u8], word: impl Fn(usize) -> Option<&'a str>) -> Option<Service> {
    let mut at = 0;
    let mut lengths = [0; COLUMNS + 2];
    for length in &mut lengths {
        *length = number(block, &mut at)?;
    }
    let mut part = |length: usize| {
        let bytes = block.get(at..at.checked_add(length)?)?;
        at += length;
        Some(bytes)
    };
    let (coded, own) = (part(lengths[0])?, part(lengths[1])?);
    let names = names(coded, std::str::from_utf8(own).ok()?, word)?;
    let mut columns = [(&block[..0], 0); COLUMNS];
    for (column, length) in columns.iter_mut().zip(&lengths[2..]) {
        column.0 = part(*length)?;
    }
    let mut reader =
        Reader { names, next_name: 0, none: Str::default(), columns, shapes: Vec::new(), depth: 0 };
    reader.service()
}

fn number(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
        shift += 7;
        if shift > 28 {
            return None;
        }
    }
}

fn names<'a>(coded: &[u8], own: &str, word: impl Fn(usize) -> Option<&'a str>) -> Option<Vec<Str>> {
    let mut own = own.split('\n');
    let mut names = Vec::with_capacity(coded.len() / 4);
    let mut name = String::new();
    let mut bytes = coded.iter().map(|&byte| usize::from(byte));
    while let Some(byte) = bytes.next() {
        match byte {
            0 => {
                names.push(Str::from(name.as_str()));
                name.clear();
            }
            1 => name.push_str(own.next()?),
            TWO_BYTES.. => {
                let number = (byte - TWO_BYTES) << 8 | bytes.next()?;
                name.push_str(word(number + TWO_BYTES - 2)?);
            }
            _ => name.push_str(word(byte - 2)?),
        }
    }
    Some(names)
}

struct Reader<'a> {
    names: Vec<Str>,
    next_name: usize,
    /// The empty name, which most members share.
    none: Str,
    /// The columns, and the places in them.
    columns: [(&'a [u8], usize); COLUMNS],
    shapes: Vec<Shape>,
    depth: usize,
}

impl Reader<'_> {
    fn number(&mut self, column: Column) -> Option<usize> {
        let (bytes, at) = &mut self.columns[column as usize];
        number(bytes, at)
    }

    fn name(&mut self, column: Column) -> Option<Str> {
        match self.number(column)? {
            0 => {
                self.next_name += 1;
                self.names.get(self.next_name - 1).cloned()
            }
            number => self.names.get(number - 1).cloned(),
        }
    }

    fn extra(&mut self) -> Option<Str> {
        self.name(Column::Extra)
    }

    fn extra_number(&mut self) -> Option<u32> {
        self.number(Column::Extra)?.try_into().ok()
    }

    /// As many as the column says.
    fn extras<T: FromIterator<U>, U>(&mut self, mut read: impl FnMut(&mut Self) -> Option<U>) -> Option<T> {
        let count = self.number(Column::Extra)?;
        (0..count).map(|_| read(self)).collect()
    }

    /// So many, in a vector that has no room for more.
    fn list<T>(&mut self, count: usize, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut list = Vec::with_capacity(count.min(MAX_COUNT));
        for _ in 0..count {
            list.push(read(self)?);
        }
        Some(list)
    }

    fn service(&mut self) -> Option<Service> {
        let traits = self.number(Column::Operation)?;
        let protocol = protocol(traits & 7)?;
        let (target, json_version, version) = (self.extra()?, self.extra()?, self.extra()?);
        let count = self.number(Column::Operation)?;
        let operations = self.list(count, |it| it.operation(protocol))?;
        let errors =
            self.extras(|it| Some((it.extra()?, ModeledError { code: it.extra()?, of: it.of()? })))?;
        let paginators = self.extras(Self::paginator)?;
        let waiters = self.extras(Self::waiter)?;
        Some(Service {
            protocol,
            is_query_compatible: traits & 8 != 0,
            target,
            json_version,
            version,
            operations,
            shapes: std::mem::take(&mut self.shapes),
            errors,
            paginators,
            waiters,
        })
    }

    fn operation(&mut self, protocol: Protocol) -> Option<Operation> {
        let name = self.name(Column::Path)?;
        let traits = self.number(Column::Operation)?;
        let is_special = traits & 8 != 0;
        let flag = |bit: usize| traits >> (4 + bit) & 1 != 0;
        let path = if matches!(protocol, Protocol::RestJson | Protocol::RestXml) {
            self.path()?
        } else {
            "/".to_owned()
        };
        let mut special = || if is_special { self.extra() } else { Some(self.none.clone()) };
        let (host_prefix, context, root) = (special()?, special()?, (special()?, special()?));
        let (input, output) = (self.of()?, self.of()?);
        Some(Operation {
            name,
            method: METHODS.get(traits & 7)?,
            path,
            host_prefix,
            context,
            root,
            is_payload_unsigned: flag(0),
            is_unsigned: flag(1),
            has_checksum: flag(2),
            needs_md5: flag(3),
            has_empty_body: flag(4),
            has_stream: self.has_stream(input),
            input,
            output,
        })
    }

    fn has_stream(&self, input: Type) -> bool {
        let Type::Shape(number) = input else { return false };
        let Some(Shape::Structure(members)) = self.shapes.get(number as usize) else { return false };
        members.iter().any(|member| member.location == Location::Payload && member.of == Type::Stream)
    }

    fn path(&mut self) -> Option<String> {
        let count = self.number(Column::Count)?;
        let parts = self.list(count, |it| it.name(Column::Path))?;
        Some(parts.join("/"))
    }

    fn of(&mut self) -> Option<Type> {
        match self.number(Column::Type)? {
            FIRST_SHAPE => {
                let number = self.shapes.len();
                self.shapes.push(Shape::Structure(Vec::new()));
                self.depth += 1;
                self.shapes[number] = if self.depth < MAX_DEPTH { self.shape()? } else { return None };
                self.depth -= 1;
                Some(Type::Shape(number.try_into().ok()?))
            }
            number if number > FIRST_SHAPE => Some(Type::Shape((number - FIRST_SHAPE - 1).try_into().ok()?)),
            number => scalar(number),
        }
    }

    fn shape(&mut self) -> Option<Shape> {
        match self.number(Column::Kind)? {
            0 => {
                let count = self.number(Column::Count)?;
                self.list(count, Self::member).map(Shape::Structure)
            }
            1 => {
                let (name, namespace) = (self.name(Column::Wire)?, self.name(Column::Wire)?);
                Some(Shape::List { name, namespace, item: self.of()? })
            }
            _ => {
                let (key, value_name) = (self.name(Column::Wire)?, self.name(Column::Wire)?);
                Some(Shape::Map { key, value_name, value: self.of()? })
            }
        }
    }

    fn member(&mut self) -> Option<Member> {
        let name = self.name(Column::Member)?;
        let kind = self.number(Column::MemberKind)?;
        let flag = |bit: usize| kind >> bit & 1 != 0;
        let wire = if flag(1) { self.name(Column::Wire)? } else { name.clone() };
        let namespace = if flag(5) { self.extra()? } else { self.none.clone() };
        Some(Member {
            name,
            wire,
            location: location(kind >> 6)?,
            is_required: flag(0),
            is_flat: flag(2),
            is_token: flag(3),
            is_host_label: flag(4),
            namespace,
            of: self.of()?,
        })
    }

    fn paginator(&mut self) -> Option<(Str, Paginator)> {
        let name = self.extra()?;
        let paginator = Paginator {
            input_token: self.extra()?,
            output_token: self.extra()?,
            result_key: self.extra()?,
            limit_key: self.extra()?,
            more_results: self.extra()?,
        };
        Some((name, paginator))
    }

    fn waiter(&mut self) -> Option<(Str, Waiter)> {
        let name = self.extra()?;
        let waiter = Waiter {
            operation: self.extra()?,
            delay: self.extra_number()?,
            max_attempts: self.extra_number()?,
            acceptors: self.extras(Self::acceptor)?,
        };
        Some((name, waiter))
    }

    fn acceptor(&mut self) -> Option<Acceptor> {
        Some(Acceptor {
            state: self.extra()?,
            matcher: self.extra()?,
            argument: self.extra()?,
            expected: self.extra()?,
        })
    }
}

fn protocol(number: usize) -> Option<Protocol> {
    const PROTOCOLS: [Protocol; 6] = [
        Protocol::Json,
        Protocol::RestJson,
        Protocol::RestXml,
        Protocol::Cbor,
        Protocol::Query,
        Protocol::Ec2,
    ];
    PROTOCOLS.get(number).copied()
}

fn scalar(number: usize) -> Option<Type> {
    const SCALARS: [Type; 14] = [
        Type::Any,
        Type::String,
        Type::Integer,
        Type::Float,
        Type::Boolean,
        Type::Blob,
        Type::Stream,
        Type::Text,
        Type::JsonValue,
        Type::Document,
        Type::Time,
        Type::TimeIso,
        Type::TimeHttp,
        Type::TimeUnix,
    ];
    SCALARS.get(number).copied()
}

fn location(number: usize) -> Option<Location> {
    const LOCATIONS: [Location; 11] = [
        Location::Body,
        Location::Header,
        Location::Headers,
        Location::Query,
        Location::Path,
        Location::Payload,
        Location::Status,
        Location::Attribute,
        Location::EventPayload,
        Location::EventHeader,
        Location::Events,
    ];
    LOCATIONS.get(number).copied()
}
