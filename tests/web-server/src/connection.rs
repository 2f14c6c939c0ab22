//! One connection: requests in, replies out.

use crate::reply::{Content, Ending};
use crate::{Reply, Request};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;

/// Serves a connection until one side ends it.
pub(crate) fn serve(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    number: usize,
    answer: &dyn Fn(Request) -> Reply,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let end = stream.try_clone()?;
    let result = match tls {
        None => talk(stream, number, answer),
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            talk(StreamOwned::new(connection, stream), number, answer)
        }
    };
    let _ = end.shutdown(Shutdown::Both);
    result
}

fn talk<S: Read + Write + Split>(
    mut stream: S,
    number: usize,
    answer: &dyn Fn(Request) -> Reply,
) -> io::Result<()> {
    while let Some(request) = Request::read(&mut stream, number)? {
        let method = request.method.clone();
        let reply = answer(request);
        reply.write(&method, &mut stream)?;
        if let Content::Tunnel(address) = reply.content {
            return stream.connect_to(address);
        }
        match reply.ending {
            Ending::KeepAlive => {}
            Ending::Close => return Ok(()),
            Ending::Stall => {
                // Until the client goes away.
                while stream.read(&mut [0; 1024])? > 0 {}
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A stream that can become a tunnel.
trait Split {
    fn connect_to(self, address: SocketAddr) -> io::Result<()>;
}

impl Split for TcpStream {
    fn connect_to(self, address: SocketAddr) -> io::Result<()> {
        let far = TcpStream::connect(address)?;
        let back = {
            let (mut from, mut to) = (far.try_clone()?, self.try_clone()?);
            thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Both);
            })
        };
        let _ = io::copy(&mut &self, &mut &far);
        let _ = far.shutdown(Shutdown::Both);
        let _ = back.join();
        Ok(())
    }
}

impl Split for StreamOwned<ServerConnection, TcpStream> {
    fn connect_to(self, _: SocketAddr) -> io::Result<()> {
        Err(io::Error::other("tunnels begin on plain connections"))
    }
}
