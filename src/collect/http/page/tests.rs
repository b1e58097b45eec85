//! Pages as browsers read them: every kind of load, what is no load, forms, mail, links.

use proptest::prelude::*;

use super::*;
use crate::syntax::csp::policies_of_field;

fn page(html: &str) -> Page {
    read(html.as_bytes(), Some("text/html; charset=utf-8"), &Url::parse("https://www.example.jp/a/").unwrap())
}

fn loads(page: &Page) -> Vec<(String, &'static str, &'static str)> {
    let mut loads: Vec<_> = page
        .loads
        .iter()
        .map(|load| (load.url.host_str().unwrap_or_default().replace(".example.net", ""), load.kind.word(), load.from))
        .collect();
    loads.sort();
    loads
}

#[test]
fn every_kind_of_load_is_found() {
    let page = page(
        "<base href='/b/'><script src='//script.example.net/x.js'></script><script type=module src=https://module.example.net/></script>\
         <link rel='alternate stylesheet' href=https://style.example.net/x.css><link rel='shortcut icon' href=https://icon.example.net/i>\
         <link rel=manifest href=https://manifest.example.net/m><link rel=preload as=font href=https://preload.example.net/f>\
         <link rel=modulepreload href=https://mpreload.example.net/m><link rel=preload as=image imagesrcset='https://iset.example.net/a 1x' href=https://pimg.example.net/>\
         <body background=https://background.example.net/b style='background: url(https://styleattr.example.net/s)'>\
         <img src=https://img.example.net/ srcset='https://srcset.example.net/a,b.png 1x, //srcset2.example.net/b 2x'>\
         <picture><source srcset=https://picture.example.net/></picture><input type=image src=https://input.example.net/>\
         <video src=https://video.example.net/ poster=https://poster.example.net/><source src=https://source.example.net/><track src=https://track.example.net/></video>\
         <audio src=https://audio.example.net/></audio><iframe src=https://iframe.example.net/></iframe><embed src=https://embed.example.net/>\
         <object data=https://object.example.net/></object><svg><image xlink:href=https://svg.example.net/ /><use href=https://use.example.net/x.svg#a /></svg>\
         <style>@import 'https://import.example.net/i.css'; @font-face { src: url(https://font.example.net/f) }</style>\
         <noscript><img src=https://noscript.example.net/></noscript><a href=/ ping='https://ping.example.net/'>x</a>\
         <iframe srcdoc=\"<script src='https://srcdoc.example.net/'></script>\"></iframe>\
         <div><template shadowrootmode=open><img src=https://shadow.example.net/></template></div>",
    );
    let wanted = [
        ("audio", "media", "html"),
        ("background", "image", "html"),
        ("embed", "object", "html"),
        ("font", "font", "css"),
        ("icon", "image", "html"),
        ("iframe", "frame", "html"),
        ("img", "image", "html"),
        ("import", "style", "css"),
        ("input", "image", "html"),
        ("iset", "image", "html"),
        ("manifest", "manifest", "html"),
        ("module", "script", "html"),
        ("mpreload", "script", "html"),
        ("noscript", "image", "noscript"),
        ("object", "object", "html"),
        ("picture", "image", "html"),
        ("pimg", "image", "html"),
        ("ping", "connect", "html"),
        ("poster", "image", "html"),
        ("preload", "font", "html"),
        ("script", "script", "html"),
        ("shadow", "image", "html"),
        ("source", "media", "html"),
        ("srcdoc", "script", "html"),
        ("srcset", "image", "html"),
        ("srcset2", "image", "html"),
        ("style", "style", "html"),
        ("styleattr", "image", "css"),
        ("svg", "image", "html"),
        ("track", "media", "html"),
        ("use", "image", "html"),
        ("video", "media", "html"),
    ];
    assert_eq!(loads(&page), wanted.map(|(host, kind, from)| (host.to_owned(), kind, from)));
}

#[test]
fn what_is_no_load_is_none() {
    let page = page(
        "<!-- <img src=https://no.example.net/> --><template><img src=https://no.example.net/></template>\
         <a href=https://no.example.net/>x</a><link rel=canonical href=https://no.example.net/><link rel=preload href=https://no.example.net/>\
         <script type=application/ld+json src=https://no.example.net/>{\"image\": \"https://no.example.net/\"}</script>\
         <textarea><img src=https://no.example.net/></textarea><img src=''><img src=data:image/png,x><p>&lt;img src=https://no.example.net/&gt;",
    );
    assert_eq!(loads(&page), []);
}

#[test]
fn hints_and_links_of_the_header_are_read() {
    let mut page = page(
        "<link rel='dns-prefetch preconnect' href=//h.example.net><link rel=prefetch href=https://p.example.net/>",
    );
    let url = Url::parse("https://www.example.jp/").unwrap();
    from_link_header(
        &mut page,
        ["<https://c.example.net/x.css>; rel=stylesheet, <//d.example.net>; rel=preconnect"].into_iter(),
        &url,
    );
    let hints: Vec<_> = page.hints.iter().map(|hint| (hint.kind, hint.url.host_str().unwrap())).collect();
    assert_eq!(
        hints,
        [
            ("dns-prefetch", "h.example.net"),
            ("preconnect", "h.example.net"),
            ("prefetch", "p.example.net"),
            ("preconnect", "d.example.net")
        ]
    );
    assert_eq!(loads(&page), [("c".to_owned(), "style", "link-header")]);
}

#[test]
fn forms_have_all_their_ways_and_fields() {
    let page = page(
        "<base href='https://base.example.net/'><form id=f method=post action=/send><label for=n>お名前</label><input id=n>\
         <label>E-mail <input name=q2></label><input type=hidden name=address><textarea name=body></textarea>\
         <button formaction='http://x.example.net/'>x</button></form>\
         <input form=f name=tel><form><input type=search name=q></form>\
         <table><form method=POST><tr><th>ご住所</th><td><input name=q9></td></tr></form></table>\
         <form method=dialog><input name=birth></form><input type=password name=p>",
    );
    let form = &page.forms[0];
    assert_eq!(form.categories.iter().copied().collect::<Vec<_>>(), ["email", "name", "phone"]);
    let ways: Vec<_> = form.ways.iter().map(|(url, post)| (url.as_ref().unwrap().as_str(), *post)).collect();
    assert_eq!(ways, [("https://base.example.net/send", true), ("http://x.example.net/", true)]);
    assert!(page.forms[1].categories.is_empty());
    assert_eq!(
        page.forms[1].ways[0].0.as_ref().unwrap().as_str(),
        "https://www.example.jp/a/",
        "no action is the page itself"
    );
    assert_eq!(page.forms[2].categories.iter().copied().collect::<Vec<_>>(), ["address"]);
    assert!(page.forms[2].ways[0].1 && page.forms[3].ways.is_empty());
    let outside = page.forms.last().unwrap();
    assert!(outside.name == "outside" && outside.has_password && outside.unfitting.contains("p"));
}

#[test]
fn mail_addresses_are_known_by_their_domains_alone() {
    let page = page(
        "<a href='MAILTO:info@example.jp,two%40example.jp?cc=copy@Other.example.net&amp;BCC=x@hidden.example.org&subject=a@b.c'>x</a>\
         <p>webmaster@example.jp and office(at)section.example.jp, ＠ alone; 2@ no</p>",
    );
    let found: Vec<_> = page.mail.iter().map(|mail| (mail.domain.as_str(), mail.place)).collect();
    assert_eq!(
        found,
        [
            ("example.jp", "mailto"),
            ("example.jp", "mailto"),
            ("other.example.net", "cc"),
            ("hidden.example.org", "bcc"),
            ("example.jp", "text"),
            ("section.example.jp", "obfuscated"),
        ]
    );
}

#[test]
fn links_say_whether_they_leave_and_what_they_let_back() {
    let page = page(
        "<a href=https://a.example.org/ target=_blank>A</a><a href=https://b.example.org/ target=_blank rel=noopener>B(外部サイト)</a>\
         <a href=https://c.example.org/>c.example.org</a><a href=https://d.example.org/>D <img alt='新しいウィンドウで開く'></a>",
    );
    let found: Vec<_> = page.links.iter().map(|link| (link.lets_back, link.is_marked)).collect();
    assert_eq!(found, [(true, false), (false, true), (false, true), (false, true)]);
}

#[test]
fn policies_and_refreshes_count_where_the_standard_says() {
    let with = page(
        "<head><meta http-equiv=Content-Security-Policy content=\"default-src 'self'\"><meta http-equiv=refresh content='5; URL=\"/next\"'>\
         <meta name=Referrer content=origin></head><body><meta http-equiv=content-security-policy content=x>",
    );
    assert_eq!((with.meta_csp.len(), with.misplaced_meta_csp), (1, 1));
    assert_eq!(with.refresh.as_ref().map(Url::as_str), Some("https://www.example.jp/next"));
    assert_eq!(with.meta_referrer.as_deref(), Some("origin"));
    assert_eq!(page("<p>x").refresh, None);
    let base = Url::parse("https://www.example.jp/").unwrap();
    for (content, target) in
        [("0", None), ("0;", None), ("x; url=/a", None), ("0 ; url = /a", Some("/a")), ("3,/b", Some("/b"))]
    {
        assert_eq!(refresh(content, &base).map(|url| url.path().to_owned()).as_deref(), target, "{content}");
    }
}

/// What the page's own scripts and rules come to under a policy: loads and hints that happen.
fn by_scripts(html: &str, policy: &str) -> (Vec<String>, Vec<String>, bool) {
    let mut page = page(html);
    stop(&mut page, &policies_of_field(policy), &Url::parse("https://www.example.jp/a/").unwrap());
    let loads = page.loads.iter().filter(|load| !load.is_stopped).map(|load| load.url.to_string()).collect();
    let hints = page.hints.iter().filter(|hint| !hint.is_stopped);
    (loads, hints.map(|hint| format!("{} {}", hint.kind, hint.url)).collect(), page.speculates)
}

#[test]
fn modules_that_scripts_name_are_loads() {
    let html = "<base href=/b/><script type=importmap>{\"imports\": {\"lib\": \"https://lib.example.net/lib.js\"}, \"integrity\": {\"https://lib.example.net/lib.js\": \"sha256-x\"}}</script>\
         <script type=module nonce=n>import lib from 'lib'; import './own.js'; import 'unknown'; import x from 'https://css.example.net/' with {type: 'css'}; import('https://late.example.net/');</script>\
         <script>import('https://classic.example.net/'); // import('https://comment.example.net/')\n</script>\
         <script>import 'https://mistake.example.net/'</script><script type=text/plain>import('https://data.example.net/')</script>\
         <noscript><script type=module>import 'https://never.example.net/'</script></noscript>";
    let (loads, _, _) = by_scripts(html, "");
    assert_eq!(
        loads,
        [
            "https://lib.example.net/lib.js",
            "https://www.example.jp/b/own.js",
            "https://css.example.net/",
            "https://late.example.net/",
            "https://classic.example.net/"
        ]
    );
    let page = page(html);
    let lib = &page.loads[0];
    assert_eq!(
        (lib.integrity.as_str(), lib.nonce.as_str(), lib.from, lib.is_by_script),
        ("sha256-x", "n", "module", false)
    );
    assert_eq!((page.loads[2].kind, page.loads[3].is_by_script), (Kind::Style, true));
    // A script that is stopped imports nothing.
    assert_eq!(by_scripts(html, "script-src 'nonce-n'").0.len(), 4);
    assert_eq!(by_scripts(html, "script-src 'self'").0.len(), 0);
}

#[test]
fn speculation_rules_are_hints_where_they_are_in_force() {
    let list = "<script type=speculationrules nonce=n>{\"prefetch\": [{\"urls\": [\"/own\", \"https://a.example.net/\"]}], \"prerender\": [{\"urls\": [\"//b.example.net/\"]}]}</script>";
    let wanted =
        ["prefetch https://www.example.jp/own", "prefetch https://a.example.net/", "prerender https://b.example.net/"];
    for policy in ["", "img-src 'none'", "script-src 'nonce-n'", "script-src 'self' 'inline-speculation-rules'"] {
        assert_eq!(by_scripts(list, policy).1, wanted, "{policy}");
    }
    for policy in ["script-src 'self'", "default-src 'none'", "script-src 'nonce-n', script-src 'none'"] {
        assert!(by_scripts(list, policy).1.is_empty(), "{policy}");
    }
    let links = "<script type=speculationrules>{\"prefetch\": [{\"where\": {\"selector_matches\": \"a\"}, \"eagerness\": \"eager\"}]}</script>";
    assert!(by_scripts(links, "").2 && !by_scripts(links, "script-src 'self'").2);
    assert!(!by_scripts("<script type=speculationrules>x</script>", "").2);
    let url = Url::parse("https://www.example.jp/a/").unwrap();
    let sets = rule_sets(["\"/r.json\", \"s.json\";x", "no string"].into_iter(), &url);
    assert_eq!(sets.iter().map(Url::path).collect::<Vec<_>>(), ["/r.json", "/a/s.json"]);
}

#[test]
fn pages_of_old_encodings_are_read() {
    let html = "<meta charset=shift_jis><form><label>お名前<input name=a></label></form>";
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(html);
    let page = read(&bytes, Some("text/html"), &Url::parse("https://www.example.jp/").unwrap());
    assert_eq!(page.encoding, "Shift_JIS");
    assert!(page.forms[0].categories.contains("name"));
}

#[test]
fn a_page_of_a_million_tags_is_told_and_not_walked() {
    assert!(page(&"<div>".repeat(400_000)).fault.is_some());
    assert!(page(&"<iframe srcdoc='".repeat(10)).fault.is_none());
    assert!(page("\u{0}\u{fffd}<p>\u{1b}").fault.is_none());
}

proptest! {
    #[test]
    fn any_page_is_read_without_a_panic(text in "[<>/a-z \"'=!;:@.(){}-]{0,200}") {
        let page = page(&text);
        prop_assert!(page.loads.len() <= text.len());
    }

    #[test]
    fn every_script_of_a_stranger_is_found(names in proptest::collection::vec("[a-z]{1,8}", 0..5), more in "[a-z <>/]{0,20}") {
        let scripts: String = names.iter().map(|name| format!("<script src=\"https://{name}.example.net/\"></script>")).collect();
        let page = page(&format!("<p>x{scripts}{more}"));
        let found: Vec<&str> = page.loads.iter().filter_map(|load| load.url.host_str()).collect();
        for name in names {
            let host = format!("{name}.example.net");
            prop_assert!(found.contains(&host.as_str()));
        }
    }
}
