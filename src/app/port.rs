//! Binding the address, and who has it where that fails.

use std::fmt;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;

use anyhow::{Result, anyhow};
use tokio::net::{TcpListener, TcpSocket};

use crate::cli::Places;

/// How many connections may wait to be accepted: a burst for which there is none is told to try
/// again after a second, honest senders with it. Linux's own bound is as high.
const QUEUE: u32 = 4096;

/// Binds `address`. A refusal names what has it, as far as this user may know, and what to do.
pub(super) fn bind(address: SocketAddr) -> Result<TcpListener> {
    let error = match listen(address) {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    Err(match error.kind() {
        io::ErrorKind::AddrInUse => {
            let holder = holder(address);
            let holder = holder.map_or_else(|| "another program".to_owned(), |it| it.to_string());
            anyhow!("{address} is taken by {holder}; end it, or choose another with --listen")
        }
        io::ErrorKind::AddrNotAvailable => {
            anyhow!("this host has no address {}; choose another with --listen", address.ip())
        }
        io::ErrorKind::PermissionDenied => {
            anyhow!("you may not listen on {address}; choose a port above 1023 with --listen")
        }
        _ => anyhow!("cannot listen on {address}: {error}; choose another with --listen"),
    })
}

/// Listens as tokio would, but for the queue.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A start right after an end must not wait for connections of the time before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// What to do where `address` is taken by whoever owns the data: nobody answers on its socket, which
/// is no reason to end it. Nothing where that is not known.
pub(super) fn owner(address: SocketAddr, places: &Places) -> Option<anyhow::Error> {
    let about = fs::metadata(places.data_file()).ok()?;
    let is_data = |file: &fs::Metadata| (file.dev(), file.ino()) == (about.dev(), about.ino());
    let Holder { pid, .. } = holder(address)?;
    let mut files = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
    files.any(|file| fs::metadata(file.path()).is_ok_and(|file| is_data(&file))).then_some(())?;
    let socket = places.socket.display();
    Some(match fs::exists(&places.socket) {
        Ok(false) => anyhow!(
            "watchbell runs (pid {pid}), but its socket {socket} is gone; it makes it again within \
             seconds: try again then"
        ),
        Ok(true) | Err(_) => anyhow!(
            "watchbell runs (pid {pid}), but does not answer on {socket}; try again in a moment, or \
             look at its log"
        ),
    })
}

/// A program that listens.
struct Holder {
    pid: u32,
    name: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (pid {})", self.name, self.pid)
    }
}

/// The program that listens on the port, with its process id. Linux tells it in `/proc`, of
/// processes of the same user only.
fn holder(address: SocketAddr) -> Option<Holder> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        let table = fs::read_to_string(table).ok()?;
        let inode = table.lines().find_map(|line| listening_inode(line, address.port()))?;
        Some(inode.to_owned())
    })?;
    let link = format!("socket:[{inode}]");
    fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        // Beside the processes lie other things, and a second way to ourselves.
        let pid: u32 = process.file_name().to_str()?.parse().ok()?;
        let files = fs::read_dir(process.path().join("fd")).ok()?;
        let holds = |file: fs::DirEntry| {
            fs::read_link(file.path()).is_ok_and(|target| target.as_os_str() == link.as_str())
        };
        files.flatten().any(holds).then_some(())?;
        let name = fs::read_to_string(process.path().join("comm")).ok()?;
        Some(Holder { pid, name: name.trim_end().to_owned() })
    })
}

/// The inode of the socket that a line of `/proc/net/tcp` is about, if it listens on `port`.
fn listening_inode(line: &str, port: u16) -> Option<&str> {
    const LISTEN: &str = "0A";
    let mut fields = line.split_ascii_whitespace();
    let local = fields.nth(1)?;
    let state = fields.nth(1)?;
    let (_, local_port) = local.rsplit_once(':')?;
    let listens = state == LISTEN && u16::from_str_radix(local_port, 16) == Ok(port);
    if listens { fields.nth(5) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_has_a_port_is_named_with_what_to_do() {
        let first = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = first.local_addr().unwrap();
        let refused = bind(address).unwrap_err().to_string();
        let name = fs::read_to_string("/proc/self/comm").unwrap_or_default();
        let holder = format!("{} (pid {})", name.trim_end(), std::process::id());
        assert_eq!(
            refused,
            format!("{address} is taken by {holder}; end it, or choose another with --listen")
        );
    }

    #[tokio::test]
    async fn an_address_of_another_host_is_refused() {
        let refused = bind("192.0.2.1:9093".parse().unwrap()).unwrap_err().to_string();
        assert_eq!(refused, "this host has no address 192.0.2.1; choose another with --listen");
    }

    #[test]
    fn the_table_of_the_kernel_is_read() {
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
        let line = "   0: 0100007F:2385 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41234 1 0000000000000000 100 0 0 10 0";
        assert_eq!(listening_inode(head, 9093), None);
        assert_eq!(listening_inode(line, 9093), Some("41234"));
        assert_eq!(listening_inode(line, 9094), None);
        assert_eq!(listening_inode(&line.replace(" 0A ", " 01 "), 9093), None);
    }
}
