//! Sends commands to the node that has their keys.

use super::cluster::{slot_of, Node, Redirect, Slots};
use super::connection::{self, words};
use super::{Command, Reply, Settings};
use crate::error::codes;
use crate::wire::{Network, Time, Wire};
use crate::{Error, Result};
use net::Until;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

/// How often a command is sent on to another node.
const MAX_REDIRECTS: usize = 8;
/// How long to wait for keys that are on their way to another node.
const MIGRATION: Duration = Duration::from_millis(50);

/// A server or a cluster, with the connections to its nodes, which are made when the first command needs them.
#[derive(Debug)]
pub struct Client {
    network: Rc<Network>,
    settings: Settings,
    connections: RefCell<HashMap<Node, Wire>>,
    slots: RefCell<Slots>,
}

impl Client {
    /// A client that has no connection yet.
    pub fn new(network: Rc<Network>, settings: Settings) -> Self {
        Self { network, settings, connections: RefCell::default(), slots: RefCell::default() }
    }

    /// The server.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sends a command and returns the reply, which is not an error.
    ///
    /// # Errors
    /// The server's error with its code, or an error of the connection.
    pub fn command(&self, command: &Command, until: Until) -> Result<Reply> {
        let time = Time::new(self.settings.timeout, until);
        self.send(&[command], &time).and_then(|mut replies| self.value(replies.remove(0)))
    }

    /// Sends commands at once and returns the replies in the same order. Errors are among them.
    ///
    /// # Errors
    /// An error of the connection.
    pub fn pipeline(&self, commands: &[Command], until: Until) -> Result<Vec<Reply>> {
        let time = Time::new(self.settings.timeout, until);
        // Those for one node go there together.
        let mut groups: Vec<(Node, Vec<usize>)> = Vec::new();
        for (number, command) in commands.iter().enumerate() {
            let node = self.node(command);
            match groups.iter_mut().find(|(known, _)| *known == node) {
                Some((_, numbers)) => numbers.push(number),
                None => groups.push((node, vec![number])),
            }
        }
        let mut replies = vec![Reply::Null; commands.len()];
        for (node, numbers) in groups {
            let group: Vec<_> = numbers.iter().map(|number| &commands[*number]).collect();
            for (number, reply) in numbers.into_iter().zip(self.exchange(&node, &group, &time)?) {
                replies[number] = match redirect(&reply, &node) {
                    Some(_) => self.send(&[&commands[number]], &time)?.remove(0),
                    None => reply,
                };
            }
        }
        Ok(replies)
    }

    /// Runs commands as a transaction and returns their replies; errors are among them, as the server runs the others all the
    /// same.
    ///
    /// # Errors
    /// The server refused a command, and ran none of them; or an error of the connection.
    pub fn transaction(&self, commands: &[Command], until: Until) -> Result<Vec<Reply>> {
        let time = Time::new(self.settings.timeout, until);
        let (begin, end) = (words(&["MULTI"]), words(&["EXEC"]));
        let all: Vec<_> = [&begin].into_iter().chain(commands).chain([&end]).collect();
        let mut replies = self.send(&all, &time)?;
        let outcome = replies.pop();
        // What was wrong with the first command that was refused says more than `EXECABORT`.
        if let Some(index) = replies.iter().position(|reply| matches!(reply, Reply::Error(_))) {
            let reply = replies.swap_remove(index);
            return self.value(reply).map(|_| Vec::new());
        }
        match outcome {
            Some(Reply::Array(replies)) => Ok(replies),
            Some(reply) => self.value(reply).map(|_| Vec::new()),
            None => Ok(Vec::new()),
        }
    }

    /// The reply, unless it is an error.
    ///
    /// # Errors
    /// The error that it is.
    pub fn value(&self, reply: Reply) -> Result<Reply> {
        match reply {
            Reply::Error(message) => {
                let Node { host, port } = self.seed();
                Err(connection::thrown(&format!("{host}:{port}"), &message))
            }
            reply => Ok(reply),
        }
    }

    fn seed(&self) -> Node {
        Node { host: self.settings.host.clone(), port: self.settings.port }
    }

    /// The node to which a command is sent first.
    fn node(&self, command: &Command) -> Node {
        self.slots.borrow().node(command).cloned().unwrap_or_else(|| self.seed())
    }

    /// Sends commands for one node, following redirects. A transaction that is redirected did not run.
    fn send(&self, commands: &[&Command], time: &Time) -> Result<Vec<Reply>> {
        // In a transaction, the command after `MULTI` has the key.
        let keyed = commands.get(1).unwrap_or(&commands[0]);
        let mut node = self.node(keyed);
        let asking = words(&["ASKING"]);
        let (mut asks, mut forgot) = (false, false);
        for _ in 0..MAX_REDIRECTS {
            let mut replies = if asks {
                let asking: Vec<_> = [&asking].into_iter().chain(commands.iter().copied()).collect();
                let mut replies = self.exchange(&node, &asking, time)?;
                replies.remove(0);
                replies
            } else {
                match self.exchange(&node, commands, time) {
                    // The node is gone: the others know which one has taken its place.
                    Err(error) if error.is(codes::CONNECT) && !forgot && self.forget(&node) => {
                        forgot = true;
                        node = self.seed();
                        continue;
                    }
                    result => result?,
                }
            };
            let found = replies.iter().position(|reply| redirect(reply, &node).is_some());
            let Some(index) = found else { return Ok(replies) };
            if !are_together(commands) {
                let what = "the keys of a transaction must belong to one slot: give all of them the same part in braces, as in {user:1}:name";
                return Err(Error::new("CROSSSLOT", what));
            }
            let redirect = redirect(&replies.swap_remove(index), &node);
            asks = matches!(redirect, Some(Redirect::Ask(_)));
            match redirect {
                Some(Redirect::Moved(_, to)) => {
                    self.learn(&to, time);
                    node = to;
                }
                Some(Redirect::Ask(to)) => node = to,
                _ if !time.wait(MIGRATION) => return Err(time.late("the keys did not arrive at one node")),
                _ => {}
            }
        }
        Err(Error::new(
            codes::PROTOCOL,
            format!("the cluster redirected the command more than {MAX_REDIRECTS} times; its nodes disagree"),
        ))
    }

    /// Asks a node where all keys are. Without that, each slot costs a redirect.
    fn learn(&self, node: &Node, time: &Time) {
        let replies = self.exchange(node, &[&words(&["CLUSTER", "SLOTS"])], time);
        if let Some(slots) = replies.ok().and_then(|replies| Slots::read(&replies[0], node)) {
            let nodes: Vec<_> = slots.nodes().cloned().chain([self.seed()]).collect();
            self.connections.borrow_mut().retain(|node, _| nodes.contains(node));
            *self.slots.borrow_mut() = slots;
        }
    }

    /// Forgets where keys are; whether another node can be asked than this one.
    fn forget(&self, node: &Node) -> bool {
        self.slots.take();
        *node != self.seed()
    }

    /// Sends commands to a node and reads their replies. The connection is put back only after that: what is in the middle of a
    /// reply cannot be used again.
    fn exchange(&self, node: &Node, commands: &[&Command], time: &Time) -> Result<Vec<Reply>> {
        let (network, settings) = (&self.network, &self.settings);
        let pooled = self.connections.borrow_mut().remove(node);
        let pooled =
            pooled.and_then(|mut wire| connection::is_alive(&mut wire, network, time).then_some(wire));
        let is_pooled = pooled.is_some();
        let mut wire = match pooled {
            Some(wire) => wire,
            None => connection::open(network, settings, node, time)?,
        };
        let mut replies = connection::exchange(&mut wire, network, commands, time);
        // Nothing ran: the commands were not sent as a whole, or the server has become a replica.
        let did_not_run = match &replies {
            Err(error) => error.is(codes::CLOSED) && !wire.was_sent(),
            Ok(replies) => {
                matches!(&replies[..], [Reply::Error(message)] if message.starts_with("READONLY "))
            }
        };
        if did_not_run && is_pooled && commands.len() <= connection::BATCH {
            wire = connection::open(network, settings, node, time)?;
            replies = connection::exchange(&mut wire, network, commands, time);
        }
        let replies = replies?;
        self.connections.borrow_mut().insert(node.clone(), wire);
        Ok(replies)
    }
}

/// Whether the keys of all commands belong to one slot, and so to one node.
fn are_together(commands: &[&Command]) -> bool {
    let mut slots = commands.iter().filter_map(|command| slot_of(command));
    let first = slots.next();
    slots.all(|slot| Some(slot) == first)
}

fn redirect(reply: &Reply, asked: &Node) -> Option<Redirect> {
    match reply {
        Reply::Error(message) => Redirect::read(message, asked),
        _ => None,
    }
}
