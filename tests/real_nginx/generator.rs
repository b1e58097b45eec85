//! Configurations and requests by a seed: every modifier of a location, nested headers, rules, includes, maps, logs, sockets.

/// A small generator of numbers: the same seed gives the same configuration everywhere.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % end
    }

    pub(crate) fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// A configuration with what belongs to it.
pub(crate) struct Made {
    /// Files by name; `nginx.conf` is the main one.
    pub(crate) files: Vec<(String, String)>,
    /// The text of each location by its number.
    pub(crate) locations: Vec<String>,
}

/// A request.
pub(crate) struct Request {
    pub(crate) address: &'static str,
    pub(crate) port: u16,
    pub(crate) host: String,
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
}

const ADDRESSES: [&str; 2] = ["127.0.0.1", "127.0.0.2"];
const HOSTS: [&str; 7] = [
    "www.example.jp",
    "a.example.jp",
    "b.w.example.jp",
    "mail.example.org",
    "x12.example.net",
    "unknown.example.com",
    "WWW.example.jp",
];
const PARTS: [&str; 10] = ["a", "b", "img", "x.png", "a.html", "admin", "v1", "a.PHP", "index.html", "d"];
const VALUES: [&str; 8] =
    ["one", "$uri", "$arg_q", "$mapped", "$host", "$request_method", "\"two words\"", "$net-$is_args$args"];

/// The files below each root: whole paths.
pub(crate) const FILES: [&str; 8] =
    ["index.html", "a.html", "a/index.html", "a/x.png", "b/a.html", "img/x.png", "img/d/index.html", "gone.html"];

struct Maker<'d> {
    dice: &'d mut Dice,
    folder: String,
    locations: Vec<String>,
    files: Vec<(String, String)>,
}

/// Makes a configuration.
pub(crate) fn configuration(dice: &mut Dice, folder: &str, ports: [u16; 2]) -> Made {
    let mut maker = Maker { dice, folder: folder.to_owned(), locations: Vec::new(), files: Vec::new() };
    let main = maker.main(ports);
    maker.files.push(("nginx.conf".to_owned(), main));
    Made { files: maker.files, locations: maker.locations }
}

/// Makes a request.
pub(crate) fn request(dice: &mut Dice, ports: [u16; 2]) -> Request {
    let count = dice.below(4);
    let mut target = String::new();
    for _ in 0..count {
        target.push_str(dice.pick(&["/", "/", "/", "/", "//", "/./", "/%61/../"]));
        target.push_str(dice.pick(&PARTS));
    }
    if count == 0 || dice.one_in(3) {
        target.push('/');
    }
    if dice.one_in(3) {
        target.push_str(dice.pick(&["?q=1", "?q=blue&x", "?x=2", "?", "?q=on&z=0"]));
    }
    let mut headers = Vec::new();
    if dice.one_in(3) {
        headers.push(("X-Kind".to_owned(), dice.pick(&["red", "Blue", "gr\"een", "r9"]).to_owned()));
    }
    Request {
        address: dice.pick(&ADDRESSES),
        port: ports[dice.below(2)],
        host: dice.pick(&HOSTS).to_owned(),
        method: if dice.one_in(8) { "HEAD" } else { "GET" },
        target,
        headers,
    }
}

impl Maker<'_> {
    fn main(&mut self, ports: [u16; 2]) -> String {
        let folder = self.folder.clone();
        let mut text = format!(
            "daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n\
             events {{ worker_connections 64; }}\nhttp {{\n\
             client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;\n\
             uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;\n"
        );
        text.push_str("log_format plain '$http_x_id|$at|$uri|$status|$request|$mapped|\"$http_x_kind\"';\n");
        text.push_str("log_format lean escape=json '$http_x_id|$at|$args|$http_x_kind|$net';\n");
        text.push_str("map $arg_q $mapped { default none; 1 one; ~^b(?<rest>.*)$ \"b-$rest\"; ON two; }\n");
        text.push_str("map $http_x_kind $kind { default 0; red 1; ~*^blue$ 1; }\n");
        text.push_str("geo $net { default out; 127.0.0.0/8 loop; 127.0.0.1/32 self; }\n");
        text.push_str(&format!("access_log {folder}/main.log plain;\n"));
        self.headers(&mut text, "", 2);
        if self.dice.one_in(2) {
            let name = format!("shared-{}.conf", self.files.len());
            let mut inner = String::new();
            self.headers(&mut inner, "", 1);
            self.files.push((name.clone(), inner));
            text.push_str(&format!("include {name};\n"));
        }
        let count = 2 + self.dice.below(3);
        let mut defaults = [false; 4];
        for number in 0..count {
            text.push_str(&self.server(number, ports, &mut defaults));
        }
        text.push_str("}\n");
        text
    }

    fn server(&mut self, number: usize, ports: [u16; 2], defaults: &mut [bool; 4]) -> String {
        let mut text = "server {\n".to_owned();
        let mut any = false;
        for (index, address) in ADDRESSES.iter().enumerate() {
            for (port_index, port) in ports.iter().enumerate() {
                if number == 0 || self.dice.one_in(2) {
                    any = true;
                    let own = &mut defaults[index * 2 + port_index];
                    let is_default = !*own && self.dice.one_in(3);
                    *own |= is_default;
                    let word = if is_default { " default_server" } else { "" };
                    text.push_str(&format!("listen {address}:{port}{word};\n"));
                }
            }
        }
        if !any {
            text.push_str(&format!("listen 127.0.0.1:{};\n", ports[0]));
        }
        // Names differ from server to server, but for those that only stand once.
        let names = [
            "www.example.jp a.example.jp",
            "*.w.example.jp .example.org",
            "~^x(?<digits>\\d+)\\.example\\.net$",
            "mail.* b.example.jp",
        ];
        text.push_str(&format!("server_name {};\nset $at server{number};\n", names[number % names.len()]));
        if self.dice.one_in(4) {
            text.push_str("merge_slashes off;\n");
        }
        text.push_str(&format!("root {}/site;\n", self.folder));
        self.headers(&mut text, "", 3);
        if self.dice.one_in(3) {
            text.push_str(self.dice.pick(&[
                "error_page 404 /gone.html;\n",
                "error_page 403 404 =200 /a.html;\n",
                "error_page 404 = @last;\n",
            ]));
        }
        if self.dice.one_in(4) {
            text.push_str("if ($kind) { return 403; }\n");
        }
        if self.dice.one_in(4) {
            text.push_str("rewrite ^/v1/(.*)$ /a/$1 last;\n");
        }
        self.rules(&mut text, 5);
        if self.dice.one_in(4) {
            text.push_str(&format!("access_log {}/server.log lean if=$kind;\n", self.folder));
        }
        text.push_str("location @last { ");
        self.location_body(&mut text, "@last", 9, None);
        text.push_str("}\n");
        let mut taken: Vec<String> = Vec::new();
        for _ in 0..2 + self.dice.below(5) {
            self.location(&mut text, &mut taken, None, 0);
        }
        text.push_str("}\n");
        text
    }

    fn location(&mut self, text: &mut String, taken: &mut Vec<String>, inside: Option<&str>, depth: usize) {
        let base = inside.unwrap_or("");
        let tail = ["", "a", "a/", "img", "img/", "admin", "admin/", "b/a.html", "v1/", "d"];
        let patterns =
            ["\\.png$", "^/a", "\\.(php|html)$", "/(?<last>[a-z0-9]+)/?$", "^/img/(.*)$", "^/(admin|b)/", "1"];
        let words = match self.dice.below(5) {
            0 => format!("= {base}/{}", self.dice.pick(&tail)),
            1 => format!("^~ {base}/{}", self.dice.pick(&tail)),
            2 => format!("~ {}", self.dice.pick(&patterns)),
            3 => format!("~* {}", self.dice.pick(&patterns)),
            _ => format!("{base}/{}", self.dice.pick(&tail)),
        };
        // A prefix stands once, with `^~` or without; an expression may not hold prefixes.
        let key = words.replace("^~ ", "").replace("//", "/");
        let words = words.replace("//", "/");
        if taken.contains(&key) {
            return;
        }
        taken.push(key);
        text.push_str(&format!("location {words} {{\n"));
        let prefix = words.rsplit(' ').next().unwrap_or("/").trim_end_matches('/').to_owned();
        let is_prefix = !words.starts_with(['~', '=']);
        self.location_body(text, &words, depth, is_prefix.then_some(prefix.as_str()));
        text.push_str("}\n");
    }

    fn location_body(&mut self, text: &mut String, words: &str, depth: usize, prefix: Option<&str>) {
        let number = self.locations.len();
        self.locations.push(words.to_owned());
        text.push_str(&format!("set $at {number};\n"));
        self.headers(text, &number.to_string(), 2);
        self.rules(text, 3);
        if self.dice.one_in(5) {
            let target = ["off", &format!("{}/own.log lean", self.folder), &format!("{}/own.log plain", self.folder)]
                [self.dice.below(3)]
            .to_owned();
            text.push_str(&format!("access_log {target};\n"));
        }
        if self.dice.one_in(6) {
            text.push_str(self.dice.pick(&["expires 1h;\n", "expires -1;\n", "expires max;\n", "expires off;\n"]));
        }
        if self.dice.one_in(7) && words != "@last" {
            text.push_str("internal;\n");
        }
        if self.dice.one_in(5) {
            text.push_str(self.dice.pick(&[
                "if ($kind) { add_header X-If yes; }\n",
                "if ($arg_q = 1) { return 204; }\n",
                "if ($uri ~ \"(a+)$\") { set $found $1; add_header X-Found $found always; }\n",
                "if ($request_method = HEAD) { return 405; }\n",
            ]));
        }
        let is_named = words.starts_with('@');
        match self.dice.below(9) {
            0 => text.push_str(self.dice.pick(&[
                "return 200 \"$uri $mapped\";\n",
                "return 404;\n",
                "return 403 no;\n",
                "return 204;\n",
                "return 410;\n",
            ])),
            1 => text.push_str(self.dice.pick(&[
                "return 301 /moved$is_args$args;\n",
                "return 302 http://www.example.jp$request_uri;\n",
                "return https://www.example.jp/;\n",
                "return 307 /x?y=$arg_q;\n",
            ])),
            2 if !is_named => text.push_str(self.dice.pick(&[
                "rewrite ^/img/(.*)$ /a/$1 break;\n",
                "rewrite ^(.*)/admin$ $1/a.html last;\n",
                "rewrite /b/(.*) /$1? permanent;\n",
                "rewrite ^/(.*)\\.PHP$ /$1.html;\n",
            ])),
            3 => text.push_str(self.dice.pick(&[
                "try_files $uri $uri/ =404;\n",
                "try_files $uri /a.html;\n",
                "try_files /none @last;\n",
                "try_files $uri $uri/index.html /index.html;\n",
            ])),
            4 => text.push_str("autoindex on;\n"),
            5 => text.push_str("index a.html index.html;\n"),
            6 => {
                if let Some(prefix) = prefix.filter(|_| depth == 0 && words.ends_with('/')) {
                    let _ = prefix;
                    text.push_str(&format!("alias {}/site/img/;\n", self.folder));
                }
            }
            _ => {}
        }
        if self.dice.one_in(6) && !is_named {
            text.push_str("error_page 403 /gone.html;\n");
        }
        if depth < 2
            && self.dice.one_in(3)
            && let Some(prefix) = prefix
        {
            let mut taken = Vec::new();
            for _ in 0..1 + self.dice.below(2) {
                self.location(text, &mut taken, Some(prefix), depth + 1);
            }
        }
    }

    fn headers(&mut self, text: &mut String, mark: &str, one_in: usize) {
        if !self.dice.one_in(one_in) {
            return;
        }
        for _ in 0..1 + self.dice.below(2) {
            let name = self.dice.pick(&["X-A", "X-B", "X-C", "x-a"]);
            let value = self.dice.pick(&VALUES);
            let always = if self.dice.one_in(2) { " always" } else { "" };
            let value = if self.dice.one_in(4) && !mark.is_empty() { format!("m{mark}") } else { value.to_owned() };
            text.push_str(&format!("add_header {name} {value}{always};\n"));
        }
    }

    fn rules(&mut self, text: &mut String, one_in: usize) {
        if self.dice.one_in(one_in) {
            text.push_str(self.dice.pick(&[
                "allow 127.0.0.1; deny all;\n",
                "deny all;\n",
                "allow all;\n",
                "deny 192.0.2.0/24; allow 127.0.0.0/8; deny all;\n",
                "satisfy any; deny all; auth_basic x; auth_basic_user_file none;\n",
                "auth_basic x; auth_basic_user_file none; allow 127.0.0.1; deny all;\n",
                "auth_basic off;\n",
                "allow ::1; deny 127.0.0.2; deny all;\n",
            ]));
        }
    }
}
