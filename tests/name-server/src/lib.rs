//! A name server on loopback, which can misbehave on request.

#![allow(missing_docs, clippy::missing_panics_doc, clippy::return_self_not_must_use)] // these are tests

pub use simple_dns::RCODE;

use simple_dns::rdata::{RData, A, AAAA, CNAME};
use simple_dns::{Name, Packet, PacketFlag, Question, ResourceRecord, CLASS, QTYPE, TYPE};
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What is answered to one question.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    records: Vec<Record>,
    code: Option<RCODE>,
    truncated: bool,
    silent: bool,
    delay: Duration,
    forgeries: Vec<Forgery>,
}

#[derive(Clone, Debug)]
enum Record {
    Address(String, IpAddr, u32),
    Alias(String, String, u32),
}

/// A packet before the right one, with the address 6.6.6.6 or `::6` in it.
#[derive(Clone, Copy, Debug)]
pub enum Forgery {
    /// It answers another question of the same client.
    Id,
    /// It repeats another question.
    Question,
    /// It comes from another address.
    Source,
    /// It is a query.
    Query,
    /// It is no packet at all.
    Garbage,
}

impl Answer {
    /// Nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    pub fn address(self, name: &str, address: &str) -> Self {
        self.address_for(name, address, 60)
    }

    pub fn address_for(mut self, name: &str, address: &str, ttl: u32) -> Self {
        self.records.push(Record::Address(name.into(), address.parse().unwrap(), ttl));
        self
    }

    pub fn alias(self, name: &str, target: &str) -> Self {
        self.alias_for(name, target, 60)
    }

    pub fn alias_for(mut self, name: &str, target: &str, ttl: u32) -> Self {
        self.records.push(Record::Alias(name.into(), target.into(), ttl));
        self
    }

    pub fn code(code: RCODE) -> Self {
        Self { code: Some(code), ..Self::default() }
    }

    pub fn silent() -> Self {
        Self { silent: true, ..Self::default() }
    }

    pub fn truncated() -> Self {
        Self { truncated: true, ..Self::default() }
    }

    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub fn forged(mut self, forgery: Forgery) -> Self {
        self.forgeries.push(forgery);
        self
    }

    fn packet(&self, id: u16, question: &Question<'_>) -> Vec<u8> {
        let mut packet = Packet::new_reply(id);
        packet.questions.push(question.clone());
        if let Some(code) = self.code {
            *packet.rcode_mut() = code;
        }
        if self.truncated {
            packet.set_flags(PacketFlag::TRUNCATION);
        }
        for record in &self.records {
            let (name, data, ttl) = match record {
                Record::Address(name, IpAddr::V4(address), ttl) => (name, RData::A(A::from(*address)), *ttl),
                Record::Address(name, IpAddr::V6(address), ttl) => {
                    (name, RData::AAAA(AAAA::from(*address)), *ttl)
                }
                Record::Alias(name, target, ttl) => {
                    (name, RData::CNAME(CNAME(Name::new(target).unwrap())), *ttl)
                }
            };
            packet.answers.push(ResourceRecord::new(Name::new(name).unwrap(), CLASS::IN, ttl, data));
        }
        packet.build_bytes_vec_compressed().unwrap()
    }
}

/// A question as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub name: String,
    pub is_v6: bool,
    pub over_tcp: bool,
    pub id: u16,
    pub port: u16,
}

type Rule = dyn Fn(&Asked) -> Answer + Send + Sync;

/// A running server. It ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    ended: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Answers as the rule says, at a free port of 127.0.0.1.
    pub fn start(rule: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        // A port may be free for UDP alone.
        let sockets = (0..100).find_map(|_| bind("127.0.0.1:0".parse().unwrap()));
        Self::serve(sockets.expect("a free port"), Box::new(rule))
    }

    /// The same at this address, if it is free.
    pub fn start_at(
        address: SocketAddr,
        rule: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Option<Self> {
        Some(Self::serve(bind(address)?, Box::new(rule)))
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn serve((udp, tcp): (UdpSocket, TcpListener), rule: Box<Rule>) -> Self {
        let address = udp.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let desk = Arc::new(Desk { rule, asked: Arc::clone(&asked) });
        let over_udp = {
            let (desk, ended) = (Arc::clone(&desk), Arc::clone(&ended));
            thread::spawn(move || {
                while !ended.load(Ordering::SeqCst) {
                    desk.serve_udp(&udp);
                }
            })
        };
        let over_tcp = {
            let ended = Arc::clone(&ended);
            thread::spawn(move || {
                for stream in tcp.incoming().take_while(|_| !ended.load(Ordering::SeqCst)) {
                    desk.serve_tcp(stream.unwrap());
                }
            })
        };
        Self { address, asked, ended, threads: vec![over_udp, over_tcp] }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = UdpSocket::bind("127.0.0.1:0").unwrap().send_to(&[], self.address);
        let _ = TcpStream::connect(self.address);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn bind(address: SocketAddr) -> Option<(UdpSocket, TcpListener)> {
    let udp = UdpSocket::bind(address).ok()?;
    let tcp = TcpListener::bind(udp.local_addr().ok()?).ok()?;
    Some((udp, tcp))
}

/// Where questions come in.
struct Desk {
    rule: Box<Rule>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Desk {
    fn serve_udp(&self, socket: &UdpSocket) {
        let mut buffer = [0; 2048];
        let Ok((length, client)) = socket.recv_from(&mut buffer) else {
            return;
        };
        let Ok(query) = Packet::parse(&buffer[..length]) else {
            return;
        };
        let answer = self.answer(&query, client, false);
        let question = &query.questions[0];
        for forgery in &answer.forgeries {
            let packet = forge(*forgery, &query);
            let other = UdpSocket::bind("127.0.0.1:0").unwrap();
            let from = if matches!(forgery, Forgery::Source) { &other } else { socket };
            from.send_to(&packet, client).unwrap();
        }
        if !answer.silent {
            let (packet, socket) = (answer.packet(query.id(), question), socket.try_clone().unwrap());
            let send = move || {
                // The client may be gone.
                let _ = socket.send_to(&packet, client);
            };
            if answer.delay.is_zero() {
                return send();
            }
            thread::spawn(move || {
                thread::sleep(answer.delay);
                send();
            });
        }
    }

    fn serve_tcp(&self, mut stream: TcpStream) {
        let mut length = [0; 2];
        if stream.read_exact(&mut length).is_err() {
            return;
        }
        let mut buffer = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut buffer).unwrap();
        let query = Packet::parse(&buffer).unwrap();
        let answer = self.answer(&query, stream.peer_addr().unwrap(), true);
        if answer.silent {
            return;
        }
        let packet = answer.packet(query.id(), &query.questions[0]);
        let length = u16::try_from(packet.len()).unwrap().to_be_bytes();
        // In pieces, as a network may deliver it.
        for piece in [&length[..1], &length[1..], &packet[..7], &packet[7..]] {
            stream.write_all(piece).unwrap();
            stream.flush().unwrap();
        }
    }

    fn answer(&self, query: &Packet<'_>, client: SocketAddr, over_tcp: bool) -> Answer {
        assert!(query.has_flags(PacketFlag::RECURSION_DESIRED) && query.questions.len() == 1);
        let question = &query.questions[0];
        let asked = Asked {
            name: question.qname.to_string(),
            is_v6: question.qtype == QTYPE::TYPE(TYPE::AAAA),
            over_tcp,
            id: query.id(),
            port: client.port(),
        };
        let answer = (self.rule)(&asked);
        self.asked.lock().unwrap().push(asked);
        answer
    }
}

/// A packet that looks like the answer to a query, but for one thing.
fn forge(forgery: Forgery, query: &Packet<'_>) -> Vec<u8> {
    let question = &query.questions[0];
    let name = question.qname.to_string();
    let is_v6 = question.qtype == QTYPE::TYPE(TYPE::AAAA);
    let answer = Answer::new().address(&name, if is_v6 { "::6" } else { "6.6.6.6" });
    match forgery {
        Forgery::Id => answer.packet(query.id().wrapping_add(1), question),
        Forgery::Source => answer.packet(query.id(), question),
        Forgery::Question => {
            let mut other = question.clone();
            other.qname = Name::new("other.example").unwrap();
            answer.packet(query.id(), &other)
        }
        Forgery::Query => {
            let mut packet = answer.packet(query.id(), question);
            packet[2] &= 0x7f;
            packet
        }
        Forgery::Garbage => vec![1, 2, 3],
    }
}
