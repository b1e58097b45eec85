//! Everything that the body declares, in one value.

use std::collections::BTreeMap;

use super::{Action, Attestation, Parameter, ParameterValue, Person, Policy, Record, Register, Site, Waiver};

/// All that was loaded besides checks: what the body says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declaration {
    /// The site.
    pub site: Site,
    /// The policy that it is held to.
    pub policy: Policy,
    /// Every parameter that exists, by name.
    pub parameters: BTreeMap<String, Parameter>,
    /// The register; `None` where none is named.
    pub register: Option<Register>,
    /// The people; `None` where no file is named.
    pub people: Option<Vec<Person>>,
    /// The records; `None` where no file is named.
    pub records: Option<Vec<Record>>,
    /// Attestations, from the records file.
    pub attestations: Vec<Attestation>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Owners and due dates.
    pub actions: Vec<Action>,
}

impl Declaration {
    /// The value of a parameter: the site's, else the policy's, else the default; `None` where unset.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&ParameterValue> {
        self.site
            .parameters
            .get(name)
            .or_else(|| self.policy.parameters.get(name))
            .or_else(|| self.parameters.get(name).and_then(|parameter| parameter.default.as_ref()))
    }
}
