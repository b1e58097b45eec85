//! Statutes as the body declares them, held against the bundled table of editions.

use super::bundled::bundled_edition_documents;
use super::convert::optional_day;
use super::document::duties::{BreachPlanDocument, EntityDocument, StatuteDocument, StatuteEntryDocument};
use crate::model::{BreachPlan, Statute};

/// A declared statute with the edition that the table names as the newest one.
pub(super) fn statute_of((key, read): (String, Option<StatuteDocument>)) -> (String, Statute) {
    let read = match read {
        None => StatuteEntryDocument::default(),
        Some(StatuteDocument::Owner(owner)) => StatuteEntryDocument { owner: Some(owner), ..Default::default() },
        Some(StatuteDocument::Full(full)) => full,
    };
    let table = bundled_edition_documents().unwrap_or_default();
    let current = table.iter().find(|edition| edition["key"] == key.as_str());
    let statute = Statute {
        owner: read.owner,
        edition: read.edition,
        current_edition: current.and_then(|edition| edition["edition"].as_str()).map(str::to_owned),
        reviewed_on: optional_day(read.reviewed_on.as_ref()),
        articles: read.articles,
    };
    (key, statute)
}

/// The word of an entity.
pub(super) fn entity_word(entity: EntityDocument) -> String {
    match entity {
        EntityDocument::PublicBody => "public-body",
        EntityDocument::Company => "company",
    }
    .to_owned()
}

/// The plan for leaks.
pub(super) fn breach_plan_of(read: BreachPlanDocument) -> BreachPlan {
    BreachPlan {
        officer: read.officer,
        commission: read.commission,
        persons: read.persons,
        prompt_report_days: read.prompt_report_days,
        full_report_days: read.full_report_days,
        full_report_unlawful_days: read.full_report_unlawful_days,
        document_ref: read.document_ref,
    }
}
