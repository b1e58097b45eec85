//! What the tool looks at holds secrets and personal data; nothing that it writes may hold one. Marked values are planted in
//! every kind of input of a whole body, which is then assessed over the network as well, in every format and at every
//! place where something is kept. `tenken fix` is left out: a patch must hold the lines of the file that it changes.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.
#![allow(missing_docs, unreachable_pub)] // The server is an example's.

#[path = "../examples/support/server.rs"]
#[allow(dead_code)] // A test uses a part.
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

/// Every planted value begins with this, and with nothing else does any text of the body.
const MARK: &str = "zq7Vx";

/// The places of a body that are given a marked value: file, what is replaced or, where that is empty, appended, and by what.
/// `MARK` in the text becomes the mark and the number of the place.
const PLANTED: [(&str, &str, &str); 27] = [
    ("nginx/conf.d/20-www.conf", "root /srv/www;", "root /srv/www;\n    proxy_set_header X-Api-Key \"MARKkey\";"),
    (
        "nginx/conf.d/20-www.conf",
        "location / { }",
        "location / { proxy_set_header Authorization \"Basic MARKb64==\"; proxy_pass http://user:MARKpw@192.0.2.9/; }",
    ),
    (
        "nginx/conf.d/20-www.conf",
        "server_name www.example.jp;",
        "server_name www.example.jp;\n    add_header Set-Cookie \"sid=MARKsid\";",
    ),
    (
        "nginx/conf.d/20-www.conf",
        "ssl_protocols",
        "set $token \"MARKset\";\n    if ($arg_key = \"MARKif\") { return 200 \"MARKreturn\"; }\n    ssl_protocols",
    ),
    ("deploy/compose.yml", "example-not-a-real-password", "MARKdb"),
    (
        "deploy/compose.yml",
        "    image: postgres:17.2",
        "    image: postgres:17.2\n    command: [\"--password=MARKarg\"]\n    environment: [\"POSTGRES_PASSWORD=MARKlist\"]\n    labels: { api.token: MARKlabel }",
    ),
    (
        "deploy/Dockerfile",
        "CMD [",
        "ENV API_TOKEN=MARKenv\nARG SECRET=MARKarg\nRUN curl -H 'Authorization: Bearer MARKrun' https://www.example.jp/\nCMD [",
    ),
    (
        "deploy/web.service",
        "User=www-data",
        "User=www-data\nEnvironment=TOKEN=MARKunit\nExecStartPre=/usr/bin/curl -u user:MARKpre https://www.example.jp/",
    ),
    ("root/etc/shadow", "logadmin:!:", "logadmin:$6$MARKsalt$MARKhash:"),
    (
        "root/etc/cron.d/backup",
        "",
        "0 3 * * * root RSYNC_PASSWORD=MARKrsync rsync -a /srv/ backup:MARKcolon@copies.former-design.example::www\n0 4 * * * root curl -u backup:MARKcurl -T /tmp/x https://user:MARKurl@vault.example.com/up?token=MARKquery\n",
    ),
    ("root/etc/fstab", "", "//files.example.jp/x /mnt cifs username=x,password=MARKmount 0 0\n"),
    ("root/etc/rsyslog.conf", "", "\n# password MARKcomment\n$template own,\"<%pri%> token=MARKtemplate %msg%\\n\"\n"),
    ("root/etc/ssh/sshd_config", "", "\n# MARKnote\nBanner none\n"),
    ("root/home/ghost/.ssh/authorized_keys", "ssh-ed25519", "command=\"/usr/bin/up --token MARKcommand\" ssh-ed25519"),
    (
        "root/var/log/nginx/access.log",
        "",
        "192.0.2.77 - - [23/Nov/2026:10:00:00 +0900] \"GET /login?password=MARKlog1&mail=MARKmail%40example.jp&tel=090-1111-2222 HTTP/1.1\" 200 1 \"https://www.example.jp/?session_id=MARKref\" \"MARKagent\"\n",
    ),
    (
        "root/var/log/nginx/access.log.1",
        "",
        "192.0.2.77 - MARKuser [22/Nov/2026:10:00:00 +0900] \"GET /?access_token=MARKlog2abcdef0123456789 HTTP/1.1\" 200 1 \"-\" \"-\"\n",
    ),
    (
        "root/var/log/nginx/error.log",
        "",
        "2026/11/23 10:00:00 [error] 1#1: *1 open() \"/srv/www/MARKpath\" failed, request: \"GET /?name=MARKname HTTP/1.1\"\n",
    ),
    ("root/srv/www/index.html", "", "<input type=hidden name=csrf value=MARKcsrf>\n"),
    (
        "mail/enquiry.mbox",
        "",
        "\nFrom MARKfrom@example.jp Mon Nov 23 10:00:00 2026\nFrom: MARKheader@example.jp\nSubject: MARKsubject\n\nMARKbody\n",
    ),
    (
        "site/index.html",
        "</body>",
        "<input type=hidden name=token value=MARKhidden><script>var token = 'MARKscript';</script><a href=\"/partner.html?session=MARKhref\">x</a><img src=\"https://cdn.tracker.example.net/p.gif?id=MARKpixel\"><!-- MARKhtml --></body>",
    ),
    ("site/contact.html", "<input name=\"name\">", "<input name=\"name\" value=\"MARKvalue\">"),
    (
        "site/access.log",
        "",
        "192.0.2.77 - - [23/Nov/2026:10:00:00 +0900] \"GET /?password=MARKserved HTTP/1.1\" 200 1 \"-\" \"-\"\n",
    ),
    ("site/phpinfo.php", "", "<tr><td>DB_PASSWORD</td><td>MARKphp</td></tr>\n"),
    ("site/.env", "", "APP_KEY=base64:MARKapp\nDB_PASSWORD=MARKenvfile\n"),
    ("site/robots.txt", "", "\n# MARKrobots\n"),
    ("site/backup.sql", "", "-- MySQL dump 10.13\nINSERT INTO users VALUES (1,'MARKdump@example.jp','MARKsqlhash');\n"),
    (
        "site/server-status",
        "",
        "<title>Apache Status</title><h1>Apache Server Status for www.example.jp</h1><td>192.0.2.77</td><td>GET /?key=MARKstatus HTTP/1.1</td>\n",
    ),
];

/// A copy of the broken body with everything planted.
fn body(folder: &Path) -> PathBuf {
    let body = folder.join("body");
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/broken");
    let copied = Command::new("cp").arg("-rT").arg(from).arg(&body).status().unwrap();
    assert!(copied.success());
    for (number, (file, place, text)) in PLANTED.iter().enumerate() {
        let path = body.join(file);
        let text = text.replace("MARK", &format!("{MARK}{number:02}"));
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(place.is_empty() || before.contains(place), "{file} has no {place:?}");
        let after = if place.is_empty() { format!("{before}{text}") } else { before.replacen(place, &text, 1) };
        std::fs::write(path, after).unwrap();
    }
    body
}

/// Where a mark stands in bytes, with what is around it.
fn marks(name: &str, bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let around = |at: usize| {
        let start = (0..=at.saturating_sub(80)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text[start..].chars().take(140).collect::<String>()
    };
    text.match_indices(MARK).map(|(at, _)| format!("{name}: …{}…", around(at).escape_debug())).collect()
}

#[test]
fn nothing_that_is_written_holds_what_was_seen_of_secrets_and_people() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("leaks");
    let body = body(&folder);
    let authority = server::Authority::new().unwrap();
    std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    let served = server::serve(&body.join("site"), "broken", &authority, server::Certificate::Valid).unwrap();
    let resolve =
        format!("www.example.jp:443:127.0.0.1:{},www.example.jp:80:127.0.0.1:{}", served.https_port, served.http_port);
    let out = folder.join("out");
    std::fs::create_dir_all(&out).unwrap();
    let mut found = Vec::new();
    let mut run = |words: &[&str], name: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenken"));
        // Whatever the environment asks to be told is told without a secret too.
        command.env_clear().env("LANG", "C").env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
        let output = command.current_dir(&out).args(words).output().unwrap();
        found.extend(marks(&format!("{name} (standard output)"), &output.stdout));
        found.extend(marks(&format!("{name} (standard error)"), &output.stderr));
        let code = output.status.code().unwrap();
        assert!(matches!(code, 0 | 1 | 3), "{name}: {code}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let site = body.display().to_string();
    let cacert = folder.join("ca.pem").display().to_string();
    // A resolver that nobody answers at: no name server of the machine is asked.
    let live = ["--resolve", &resolve, "--resolver", "127.0.0.1:9", "--cacert", &cacert, "--timeout", "5"];
    let now = ["--now", "2026-11-24"];
    let kept = ["--evidence", "evidence.json", "--bundle", "bundle.tar", "--history", "history.sqlite"];
    let formats = [
        "text",
        "json",
        "markdown",
        "html",
        "sarif",
        "junit",
        "csv",
        "github",
        "oscal-plan",
        "oscal-results",
        "oscal-poam",
    ];
    let outputs: Vec<String> = formats.iter().map(|format| format!("--output={format}=report.{format}")).collect();
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    run(&[&["assess", &site][..], &live, &now, &kept, &outputs, &["--explain"]].concat(), "assess");
    for language in ["en", "ja"] {
        for format in formats {
            run(&["assess", "--replay", "evidence.json", "--format", format, "--lang", language], format);
        }
    }
    let logs = body.join("root/var/log").display().to_string();
    for format in ["text", "json"] {
        run(&["logs", &logs, "--format", format], "logs");
    }
    run(&[&["collect", &site, "--offline", "--output", "collected.json"][..], &now].concat(), "collect");
    run(&["history", "export", "--history", "history.sqlite"], "history export");
    for entry in std::fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        found.extend(marks(&path.file_name().unwrap().to_string_lossy(), &std::fs::read(&path).unwrap()));
    }
    found.sort();
    found.dedup();
    // The proof that the search can find: the marks are in the body, and the exposed files were seen.
    assert!(!marks("planted", &std::fs::read(body.join("site/.env")).unwrap()).is_empty());
    let report = std::fs::read_to_string(out.join("report.text")).unwrap();
    assert!(report.contains(".env") && report.contains("access.log"), "the planted files were not looked at");
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}
