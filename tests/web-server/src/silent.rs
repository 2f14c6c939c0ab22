//! Addresses where nobody answers.

use socket2::{Domain, Socket, Type};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// An address on loopback where nobody answers.
pub struct Silent {
    address: SocketAddr,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl Silent {
    /// Connections are made, but nothing ever comes over them.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn after_connecting() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self {
            address: listener.local_addr().expect("an address"),
            _listener: listener,
            _waiting: Vec::new(),
        }
    }

    /// Not even connections are made: the queue for them is full.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn to_connections() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        socket.bind(&any.into()).expect("a free port");
        socket.listen(0).expect("a listener");
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().expect("an address");
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let waiting = std::iter::from_fn(connect).collect();
        Self { address, _listener: listener, _waiting: waiting }
    }

    /// `127.0.0.1:port`
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
