//! `tenken explain URL --configuration FILE`: the page in both languages and the JSON, each line with its place.

use serde_json::Value;

use super::{said, tenken};

const FILE: &str = "examples/kept/nginx/nginx.conf";

fn explained(url: &str, more: &[&str]) -> (i32, String, String) {
    let words: Vec<&str> = ["explain", url, "--configuration", FILE, "--root", "examples/kept/root"]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    said(&tenken(&words))
}

#[test]
fn a_page_tells_which_server_and_location_answer_and_with_what() {
    let (code, page, err) = explained("https://www.example.jp/", &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    for line in [
        "server: server www.example.jp (*:443), by its name  [examples/kept/nginx/conf.d/20-www.conf:9]",
        "location: location /  [examples/kept/nginx/conf.d/20-www.conf:24]",
        "on the way: index index.html",
        "status: 200",
        "content: root /srv/www  [examples/kept/nginx/conf.d/20-www.conf:12]",
        "header: X-Content-Type-Options: nosniff  [examples/kept/nginx/conf.d/20-www.conf:19]",
        "access: no rule: everybody comes in",
        "log: /var/log/nginx/access.log, privacy  [examples/kept/nginx/nginx.conf:7]",
        "format: $remote_addr",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let (_, japanese, _) = explained("https://www.example.jp/", &["--lang", "ja"]);
    for line in ["サーバ: ", "ロケーション: ", "ステータス: 200", "アクセス制限: 規則なし", "書式: "]
    {
        assert!(japanese.contains(line), "{line}: {japanese}");
    }
    // Who asks decides, and without that it is open.
    let (_, open, _) = explained("https://www.example.jp/manage/", &[]);
    assert!(open.contains("open because") && open.contains("access: allow 192.0.2.0/28"), "{open}");
    let (_, refused, _) = explained("https://www.example.jp/manage/", &["--client", "198.51.100.1"]);
    assert!(refused.contains("status: 403"), "{refused}");
}

#[test]
fn json_says_the_same_for_programs() {
    let (code, text, _) = explained("http://www.example.jp/a?b=c", &["--format", "json"]);
    assert_eq!(code, 0);
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["status"], 301);
    assert_eq!(answer["redirect"], "https://www.example.jp/a?b=c");
    assert_eq!(answer["server"]["file"], "examples/kept/nginx/conf.d/10-plain.conf");
    assert_eq!((&answer["server"]["line"], &answer["location"]), (&Value::from(1), &Value::Null));
    let (_, text, _) = explained("https://www.example.jp/contact.html", &["--format", "json"]);
    let answer: Value = serde_json::from_str(&text).unwrap();
    let headers = answer["headers"].as_array().unwrap();
    let own = headers.iter().find(|header| header["name"] == "Cache-Control").unwrap();
    assert_eq!((&own["value"], &own["line"]), (&Value::from("no-store"), &Value::from(35)));
    assert_eq!(answer["location"]["text"], "location = /contact.html");
    assert_eq!(answer["logs"][0]["format"], "privacy");
    let (code, _, err) = explained("not-a-url", &[]);
    assert!(code == 2 && err.contains("expected a URL"), "{err}");
}

#[test]
fn a_reason_in_a_comment_that_belongs_to_nothing_is_told() {
    let folder = super::folder("remarks");
    let text = "http {\n  # tenken: cfg-nothing because it is said so\n  server {\n    listen 80;\n    server_name a;\n    server_tokens off;\n    \
                # tenken: cfg-version-disclosure because the vendor asks\n    root /srv;\n    # tenken: cfg-plain-http because it is inside\n    location / { }\n  }\n}\n";
    std::fs::write(folder.join("nginx.conf"), text).unwrap();
    let target = folder.join("nginx.conf").display().to_string();
    let (_, _, err) = super::assess(&target, &["--quiet"]);
    assert!(err.contains("nginx.conf:2: # tenken: cfg-nothing: there is no such check"), "{err}");
    assert!(err.contains("nginx.conf:7: # tenken: cfg-version-disclosure: it finds nothing there"), "{err}");
    let (_, _, err) = super::assess(&target, &["--quiet", "--lang", "ja"]);
    assert!(err.contains("その点検項目はありません"), "{err}");
}
