//! A network between a client and a server, which can fail: an address that stays, whatever the server does.

use super::{PATIENCE, Server};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// What befalls one request.
enum Fate {
    /// It reaches the server when the test lets it.
    Held(Arc<Notify>),
    /// The server carries it out, and nobody hears of it.
    Unanswered,
    /// It passes, and whatever comes next meets this.
    FollowedBy(Box<Order>),
}

/// A fate and the request that meets it: method (any, if it is empty) and the end of the path.
struct Order {
    method: &'static str,
    path: String,
    fate: Fate,
    met: Arc<Notify>,
}

/// A request that the relay holds, or whose answer it loses.
pub struct Caught {
    met: Arc<Notify>,
    go_on: Arc<Notify>,
    what: String,
}

impl Caught {
    /// Waits until the client has sent it.
    pub async fn seen(&self) {
        if tokio::time::timeout(PATIENCE, self.met.notified()).await.is_err() {
            panic!("nobody sent {} within {PATIENCE:?}", self.what);
        }
    }

    /// Lets it reach the server.
    pub fn release(self) {
        self.go_on.notify_one();
    }
}

/// A relay that works until it is dropped.
pub struct Relay {
    port: u16,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    server: Arc<Server>,
    orders: Mutex<Vec<Order>>,
    /// Heads of the requests that came, as they came.
    heads: Mutex<Vec<String>>,
    /// Counts how often all connections were cut.
    cuts: watch::Sender<u64>,
    /// Counts connections that ended because there was no server.
    refusals: watch::Sender<usize>,
}

impl Relay {
    pub async fn to(server: &Arc<Server>) -> Self {
        // On all addresses: one of them is another than this machine's own name for itself.
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            server: Arc::clone(server),
            orders: Mutex::default(),
            heads: Mutex::default(),
            cuts: watch::channel(0).0,
            refusals: watch::channel(0).0,
        });
        let task = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(relay(client, Arc::clone(&shared)));
                }
            }
        });
        Self { port, shared, task }
    }

    /// Its address on the loopback device.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// An address that reaches it too, and that no client can know to be this machine's.
    pub fn foreign_address(&self) -> String {
        format!("http://0.0.0.0:{}", self.port)
    }

    /// Holds the next request with this method whose path ends so.
    pub fn hold(&self, method: &'static str, path: &str) -> Caught {
        let go_on = Arc::new(Notify::new());
        let (order, caught) = order(method, path, Fate::Held(Arc::clone(&go_on)), go_on);
        self.give(order);
        caught
    }

    /// Holds whatever request comes after the next one with this method whose path ends so.
    pub fn hold_what_follows(&self, method: &'static str, path: &str) -> Caught {
        let go_on = Arc::new(Notify::new());
        let (held, caught) = order("", "", Fate::Held(Arc::clone(&go_on)), go_on);
        let (first, _) = order(method, path, Fate::FollowedBy(Box::new(held)), Arc::default());
        self.give(first);
        caught
    }

    /// Loses the answer to the next request with this method whose path ends so.
    pub fn lose_answer(&self, method: &'static str, path: &str) -> Caught {
        let (order, caught) = order(method, path, Fate::Unanswered, Arc::default());
        self.give(order);
        caught
    }

    fn give(&self, order: Order) {
        self.shared.orders.lock().unwrap().push(order);
    }

    /// Breaks every connection that stands.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|count| *count += 1);
    }

    /// Waits until clients have come so often while there was no server.
    pub async fn refused(&self, times: usize) {
        let mut refusals = self.shared.refusals.subscribe();
        let waiting = refusals.wait_for(|count| *count >= times);
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            let count = *self.shared.refusals.borrow();
            panic!("clients came {count} times and not {times} while there was no server");
        }
    }

    /// Heads of the requests that came.
    pub fn heads(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap().clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

fn order(method: &'static str, path: &str, fate: Fate, go_on: Arc<Notify>) -> (Order, Caught) {
    let met = Arc::new(Notify::new());
    let order = Order { method, path: path.to_owned(), fate, met: Arc::clone(&met) };
    (order, Caught { met, go_on, what: format!("{method} …{path}") })
}

/// Carries one connection until either side ends it.
async fn relay(mut client: TcpStream, shared: Arc<Shared>) {
    let mut cuts = shared.cuts.subscribe();
    let Some(mut server) = connect(&shared.server).await else {
        shared.refusals.send_modify(|count| *count += 1);
        return;
    };
    let (mut asked, mut answered) = (Vec::new(), [0; 16384]);
    loop {
        tokio::select! {
            read = client.read_buf(&mut asked) => {
                if !matches!(read, Ok(count) if count > 0) {
                    return;
                }
                while let Some(length) = whole_request(&asked) {
                    let request: Vec<u8> = asked.drain(..length).collect();
                    if send(&request, &mut server, &shared).await.is_none() {
                        return;
                    }
                }
            }
            read = server.read(&mut answered) => {
                let Ok(count @ 1..) = read else { return };
                if client.write_all(&answered[..count]).await.is_err() {
                    return;
                }
            }
            _ = cuts.changed() => return,
        }
    }
}

async fn connect(server: &Server) -> Option<TcpStream> {
    let address = server.address_if_running()?;
    TcpStream::connect(address.trim_start_matches("http://")).await.ok()
}

/// Sends a request on as its fate allows; nothing when the connection ends by that.
async fn send(request: &[u8], server: &mut TcpStream, shared: &Shared) -> Option<()> {
    let text = String::from_utf8_lossy(request);
    let head = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
    let order = take_order(&head, shared);
    shared.heads.lock().unwrap().push(head);
    let Some(order) = order else { return server.write_all(request).await.ok() };
    order.met.notify_one();
    match order.fate {
        Fate::Held(go_on) => {
            go_on.notified().await;
            server.write_all(request).await.ok()
        }
        Fate::Unanswered => {
            server.write_all(request).await.ok()?;
            // An answer comes when all is done.
            let _ = server.read(&mut [0; 16384]).await;
            None
        }
        Fate::FollowedBy(next) => {
            shared.orders.lock().unwrap().push(*next);
            server.write_all(request).await.ok()
        }
    }
}

fn take_order(head: &str, shared: &Shared) -> Option<Order> {
    let mut words = head.split_whitespace();
    let (method, target) = (words.next()?, words.next()?);
    let path = target.split('?').next()?;
    let mut orders = shared.orders.lock().unwrap();
    let fits =
        |order: &Order| (order.method.is_empty() || order.method == method) && path.ends_with(&order.path);
    let index = orders.iter().position(fits)?;
    Some(orders.remove(index))
}

/// How long the first request is, once it is there as a whole.
fn whole_request(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    assert!(!head.contains("transfer-encoding"), "the relay reads bodies with a length: {head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |length| length.trim().parse().expect("a length is a number"));
    (bytes.len() >= end + length).then_some(end + length)
}
