//! The programs of the matrix: their keys, their processes, and what `tenken collect` says of one of their ports.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

pub(crate) const P256: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

/// Whether everything of the matrix is there; under TENKEN_REAL a missing program is a failure.
pub(crate) fn are_there() -> bool {
    let missing: Vec<&str> =
        [("openssl", "version"), (nginx(), "-v"), ("gnutls-serv", "--version"), ("java", "-version")]
            .into_iter()
            .filter(|(program, flag)| Command::new(program).arg(flag).output().is_err())
            .map(|(program, _)| program)
            .collect();
    assert!(missing.is_empty() || std::env::var_os("TENKEN_REAL").is_none(), "TENKEN_REAL is set without {missing:?}");
    if !missing.is_empty() {
        eprintln!("{missing:?} are not there: nothing was compared");
    }
    missing.is_empty()
}

fn nginx() -> &'static str {
    if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" }
}

/// A running program that ends with its holder.
pub(crate) struct Server(pub(crate) Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Ports that nobody has just now; all are held until the last one is known, so that they differ.
pub(crate) fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
    held.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

/// A program that takes connections.
pub(crate) fn up(child: Child, port: u16, what: &str) -> Server {
    let mut server = Server(child);
    for _ in 0..4_000 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return server;
        }
        assert!(server.0.try_wait().unwrap().is_none(), "{what} ended");
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    panic!("{what} did not start");
}

/// What a child says up to a line, which is waited for.
pub(crate) fn lines_until(child: &mut Child, last: &str) -> Vec<String> {
    let said = BufReader::new(child.stdout.take().unwrap());
    let mut lines = Vec::new();
    for line in said.lines() {
        let line = line.unwrap();
        if line == last {
            return lines;
        }
        lines.push(line);
    }
    panic!("the program ended before it said {last}: {lines:?}");
}

/// What the TLS collector says of one port.
pub(crate) fn collect(port: u16, flags: &[&str]) -> Value {
    let resolve = format!("www.example.jp:443:127.0.0.1:{port}");
    evidence(&[&["https://www.example.jp", "--resolve", &resolve][..], flags].concat())
}

/// The evidence of a run in which TLS alone is looked at: collectors that no check needs do not look.
pub(crate) fn evidence(flags: &[&str]) -> Value {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{}-{count}.json", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_tenken"))
        .args(["assess", "--only", "tls-ssl,tls-cert-valid", "--resolver", "127.0.0.1:9", "--history", "none"])
        .arg("--evidence")
        .arg(&file)
        .args(flags)
        .env_clear()
        .output()
        .unwrap();
    let text = std::fs::read(&file).unwrap_or_default();
    let _ = std::fs::remove_file(&file);
    serde_json::from_slice(&text).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Does something with each item, eight side by side: most of it is waiting for servers.
pub(crate) fn side_by_side<T: Send>(items: impl IntoIterator<Item = T>, work: impl Fn(T) + Sync) {
    let items = Mutex::new(items.into_iter().collect::<Vec<T>>());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let Some(item) = items.lock().unwrap().pop() else { return };
                    work(item);
                }
            });
        }
    });
}

/// A folder of keys and configurations.
pub(crate) struct Lab(PathBuf);

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Lab {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl").args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A certificate that signed itself; the lines by which nginx uses it.
    pub(crate) fn key(&self, name: &str, kind: &[&str]) -> String {
        let (key, pem) = (self.path(&format!("{name}.key")), self.path(&format!("{name}.pem")));
        let made =
            ["-nodes", "-days", "30", "-subj", "/CN=www.example.jp", "-addext", "subjectAltName=DNS:www.example.jp"];
        self.openssl(&[&["req", "-x509", "-newkey"], kind, &made[..], &["-keyout", &key, "-out", &pem]].concat());
        format!("ssl_certificate {pem}; ssl_certificate_key {key};")
    }

    /// A group of finite-field Diffie-Hellman of so many bits.
    pub(crate) fn prime(&self, bits: u32) -> String {
        let file = self.path(&format!("dh{bits}.pem"));
        self.openssl(&["dhparam", "-dsaparam", "-out", &file, &bits.to_string()]);
        file
    }

    /// A key store of the JDK with a certificate that was made before.
    pub(crate) fn store(&self, name: &str) {
        let (key, pem, store) =
            (self.path(&format!("{name}.key")), self.path(&format!("{name}.pem")), self.path(&format!("{name}.p12")));
        self.openssl(&["pkcs12", "-export", "-in", &pem, "-inkey", &key, "-out", &store, "-passout", "pass:changeit"]);
    }

    /// One nginx with these server blocks.
    pub(crate) fn nginx(&self, servers: &str, port: u16) -> Server {
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};\n", self.path(kind)))
            .concat();
        let configuration = format!(
            "daemon off; master_process off; pid {}; error_log {};\nevents {{ worker_connections 512; }}\n\
             http {{ access_log off;\n{temporary}{servers}}}\n",
            self.path("nginx.pid"),
            self.path("error.log"),
        );
        std::fs::write(self.0.join("nginx.conf"), configuration).unwrap();
        let mut command = Command::new(nginx());
        command.args(["-p", &self.path(""), "-c", &self.path("nginx.conf")]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
        up(child.unwrap(), port, "nginx")
    }

    /// `openssl s_server` with a certificate that was made before.
    pub(crate) fn s_server(&self, name: &str, flags: &[&str], port: u16) -> Server {
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}")])
            .args(["-key", &self.path(&format!("{name}.key")), "-cert", &self.path(&format!("{name}.pem"))])
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        up(child.unwrap(), port, &format!("openssl s_server {flags:?}"))
    }
}
