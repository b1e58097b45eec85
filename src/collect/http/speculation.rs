//! Files of speculation rules that answers name: read where they are the host's own, else the page is not told whole.

use std::collections::BTreeMap;

use url::Url;

use super::crawl::Crawl;
use super::page::{Hint, add_rules};
use super::wire::Question;
use super::{Visit, observe};

/// Reads the files that pages name and adds what they say to them.
pub(super) async fn files(visit: &Visit<'_>, crawl: &mut Crawl) {
    let mut texts: BTreeMap<Url, Option<String>> = BTreeMap::new();
    for number in 0..crawl.pages.len() {
        for file in std::mem::take(&mut crawl.pages[number].page.rule_sets) {
            let page = &mut crawl.pages[number].page;
            // Fetching the file itself already tells its host of the visit, and no policy stops that.
            page.hints.push(Hint { url: file.clone(), kind: "speculation-rules", is_stopped: false });
            if !texts.contains_key(&file) {
                let text = text(visit, crawl, &file).await;
                texts.insert(file.clone(), text);
            }
            let read = &mut crawl.pages[number];
            match texts.get(&file) {
                Some(Some(text)) => add_rules(&mut read.page, text, &file, &read.url),
                _ => read.page.speculates = true,
            }
        }
    }
}

/// The text of a file; `None` where it is not the host's own or could not be had.
async fn text(visit: &Visit<'_>, crawl: &mut Crawl, file: &Url) -> Option<String> {
    if !file.as_str().starts_with(&visit.url("/")) || !crawl.may_ask() {
        return None;
    }
    let target = observe::target(file);
    let answer = visit.client.ask(Question::get(&visit.host.name, visit.address, true, &target)).await.ok()?;
    match answer.head.status {
        200 if !answer.truncated => Some(String::from_utf8_lossy(&answer.body).into_owned()),
        // A file that is not there holds no rules.
        400..=499 => Some(String::new()),
        _ => None,
    }
}
