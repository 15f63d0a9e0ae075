//! TLS in front of a plain server, with a certificate of the test's own.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A proof of identity for one name.
pub struct Identity {
    folder: TempDir,
    config: Arc<ServerConfig>,
}

impl Identity {
    pub fn of(name: &str) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([name.to_owned()]).expect("a certificate can be made");
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::fs::write(folder.path().join("certificate.pem"), cert.pem()).expect("the folder is writable");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the versions are known")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("key and certificate belong together");
        Self { folder, config: Arc::new(config) }
    }

    /// What others must trust.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }
}

/// Takes TLS connections and passes on what they say, until it is dropped.
pub struct TlsFront {
    port: u16,
    task: tokio::task::JoinHandle<()>,
}

impl TlsFront {
    /// In front of the server at this port of this machine.
    pub async fn before(port: u16, identity: &Identity) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let own = listener.local_addr().expect("it listens").port();
        let acceptor = TlsAcceptor::from(Arc::clone(&identity.config));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass_on(acceptor.clone(), stream, port));
            }
        });
        Self { port: own, task }
    }

    /// Its address by the name that certificates are made for.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A caller that does not trust the certificate goes away in the handshake.
async fn pass_on(acceptor: TlsAcceptor, stream: TcpStream, port: u16) {
    let Ok(mut caller) = acceptor.accept(stream).await else { return };
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    // How the conversation ends is the callers' affair.
    let _ = copy_bidirectional(&mut caller, &mut server).await;
}
