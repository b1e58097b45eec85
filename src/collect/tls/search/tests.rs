//! The search against every server that can be simulated: it finds exactly what the server accepts, within the stated number of hellos.

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;
use crate::syntax::tls::{GROUPS, SIGNATURES, is_of_tls12, is_of_tls13};

/// A server. It chooses among what is acceptable, by its own order or the client's.
#[derive(Debug, Clone)]
struct Server {
    suites: Vec<u16>,
    groups: Vec<u16>,
    signatures: Vec<u16>,
    own_suite_order: bool,
    own_group_order: bool,
    /// The curve of an ECDSA certificate that has to be among the client's groups.
    curve: Option<u16>,
    /// Chooses the suite without regard to signatures, and refuses where none fits it.
    is_naive: bool,
}

fn first_of(wanted: &[u16], accepted: &[u16], own_order: bool) -> Option<u16> {
    let (one, other) = if own_order { (accepted, wanted) } else { (wanted, accepted) };
    one.iter().find(|value| other.contains(value)).copied()
}

impl Server {
    fn answer(&self, offer: &Offer) -> Reply {
        let group = first_of(&offer.groups, &self.groups, self.own_group_order);
        let signature_of = |suite: u16| {
            let usable: Vec<u16> = self
                .signatures
                .iter()
                .copied()
                .filter(|scheme| signer(suite).is_some_and(|of| of.signs(*scheme)))
                .collect();
            first_of(&offer.signatures, &usable, self.own_group_order)
        };
        let is_usable = |suite: u16| {
            let known = Suite(suite);
            let needs_group = known.is_tls13() || known.is_elliptic();
            let is_12 = !known.is_tls13();
            (!needs_group || group.is_some())
                && (self.is_naive || !is_12 || !known.is_signed() || signature_of(suite).is_some())
                && (!(is_12 && known.is_ecdsa()) || self.curve.is_none_or(|curve| offer.groups.contains(&curve)))
        };
        let usable: Vec<u16> = self.suites.iter().copied().filter(|suite| is_usable(*suite)).collect();
        let Some(suite) = first_of(&offer.suites, &usable, self.own_suite_order) else { return Reply::Refused };
        let known = Suite(suite);
        if !known.is_tls13() && known.is_signed() && signature_of(suite).is_none() {
            return Reply::Refused;
        }
        Reply::Accepted(Pick {
            suite,
            group: group.filter(|_| known.is_tls13() || known.is_elliptic()),
            signature: if known.is_tls13() { None } else { signature_of(suite) },
            curve: self.curve.filter(|_| known.is_ecdsa()),
        })
    }
}

fn signer(suite: u16) -> Option<Signer> {
    SIGNERS.into_iter().find(|of| of.uses(suite))
}

fn run(search: &mut Search, mut answer: impl FnMut(&Offer) -> Reply) -> usize {
    let mut asked = 0;
    while let Some(offer) = search.next() {
        asked += 1;
        assert!(asked < 2_000, "no end: {offer:?}");
        search.learn(answer(&offer));
    }
    asked
}

fn space(thirteen: bool) -> Space {
    let suites = if thirteen { Suite::of_tls13().collect::<Vec<_>>() } else { Suite::up_to_tls12().collect() };
    let mut suites: Vec<u16> = suites.into_iter().map(|suite| suite.0).collect();
    suites.sort_by_key(|suite| Suite(*suite).class());
    let is_usable = |group: &u16| if thirteen { is_of_tls13(*group) } else { is_of_tls12(*group) };
    Space {
        suites,
        groups: GROUPS.iter().map(|(group, _)| *group).filter(is_usable).collect(),
        signatures: SIGNATURES.iter().map(|(scheme, _)| *scheme).collect(),
        seek_groups: true,
        seek_signatures: !thirteen,
    }
}

fn server(thirteen: bool) -> impl Strategy<Value = Server> {
    let space = space(thirteen);
    let suites = space.suites.clone();
    let all = suites.len();
    (
        // Few suites as on a careful server, or many as on a museum.
        prop_oneof![subsequence(suites.clone(), 0..=8.min(all)), subsequence(suites, 0..=40.min(all))].prop_shuffle(),
        subsequence(space.groups.clone(), 1..=8).prop_shuffle(),
        subsequence(space.signatures, 0..=12).prop_shuffle(),
        any::<(bool, bool, bool, bool)>(),
    )
        .prop_map(move |(suites, groups, signatures, (own_suite_order, own_group_order, coupled, is_naive))| {
            let curve = if coupled { groups.first().copied() } else { None };
            Server { suites, groups, signatures, own_suite_order, own_group_order, curve, is_naive }
        })
}

fn sorted(values: &[u16]) -> Vec<u16> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values
}

/// What a server can really be brought to choose.
fn reachable(server: &Server) -> (Vec<u16>, Vec<u16>, Vec<u16>) {
    let usable = |suite: &u16| {
        let known = Suite(*suite);
        known.is_tls13()
            || !known.is_signed()
            || server.signatures.iter().any(|scheme| signer(*suite).is_some_and(|of| of.signs(*scheme)))
    };
    let suites: Vec<u16> = server.suites.iter().copied().filter(usable).collect();
    let elliptic = suites.iter().any(|suite| Suite(*suite).is_tls13() || Suite(*suite).is_elliptic());
    let groups = if elliptic { server.groups.clone() } else { Vec::new() };
    let signs = |scheme: &u16| suites.iter().any(|suite| signer(*suite).is_some_and(|of| of.signs(*scheme)));
    let signatures = server.signatures.iter().copied().filter(signs).collect();
    (suites, groups, signatures)
}

fn held(server: &Server, thirteen: bool) -> Result<(), TestCaseError> {
    let mut search = Search::new(space(thirteen));
    let asked = run(&mut search, |offer| server.answer(offer));
    let (suites, groups, signatures) = reachable(server);
    prop_assert_eq!(sorted(search.suites()), sorted(&suites));
    prop_assert!(search.suites_are_whole() && search.groups_are_whole());
    // A server whose own order puts the certificate's curve first never chooses another while that one has to be listed.
    let hidden = server.curve.is_some() && server.own_group_order;
    if !hidden {
        prop_assert_eq!(sorted(search.groups()), sorted(&groups));
    }
    if !thirteen {
        prop_assert_eq!(sorted(search.signatures()), sorted(&signatures));
        prop_assert!(search.signatures_are_whole());
    }
    let told = search.order();
    if suites.len() > 1 {
        // The server's own order can be the client's by chance; the client's is never taken for the server's.
        prop_assert!(told != Order::Single && told != Order::Unknown);
        prop_assert!(server.own_suite_order || told == Order::Client);
    }
    let (n, g) = (suites.len(), groups.len());
    let q = if thirteen { 0 } else { signatures.len() };
    // Groups and signatures ride along where a suite has them, and one certificate signs for all.
    let ride = |suite: &u16| {
        let known = Suite(*suite);
        known.is_tls13() || (known.is_elliptic() && known.is_signed() && signer(*suite) == signer(suites[0]))
    };
    let most = match () {
        () if server.curve.is_some() || server.is_naive || !suites.iter().all(ride) => n + g + q + 8,
        () if server.own_group_order => n + g.max(q) + 6,
        () => n.max(g).max(q) + 6,
    };
    prop_assert!(asked <= most, "{} hellos for {} suites, {} groups, {} signatures", asked, n, g, q);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_server_of_tls_1_2_is_found_exactly(server in server(false)) {
        // A server that chooses a suite whose signature it does not have never answers; that is no server.
        let is_coherent = !server.is_naive || server.suites.iter().all(|suite| {
            signer(*suite).is_none_or(|of| server.signatures.iter().any(|scheme| of.signs(*scheme)))
        });
        prop_assume!(is_coherent);
        held(&server, false)?;
    }

    #[test]
    fn any_server_of_tls_1_3_is_found_exactly(server in server(true)) {
        held(&Server { curve: None, is_naive: false, ..server }, true)?;
    }

    #[test]
    fn a_server_that_stops_answering_never_gives_a_whole_list(server in server(false), limit in 0_usize..12) {
        let mut search = Search::new(space(false));
        let mut told = 0;
        run(&mut search, |offer| {
            told += 1;
            if told > limit { Reply::Unknown } else { server.answer(offer) }
        });
        let (suites, ..) = reachable(&server);
        if told > limit {
            prop_assert!(!(search.suites_are_whole() && search.groups_are_whole() && search.signatures_are_whole()) || search.order() == Order::Unknown);
        }
        if search.suites_are_whole() && !server.is_naive {
            prop_assert_eq!(sorted(search.suites()), sorted(&suites));
        }
    }

    #[test]
    fn whatever_a_server_answers_the_search_ends(answers in proptest::collection::vec((0_u8..4, any::<prop::sample::Index>(), any::<u16>(), any::<u16>()), 1..60)) {
        let mut search = Search::new(space(false));
        let mut at = 0;
        run(&mut search, |offer| {
            let (kind, suite, group, signature) = &answers[at % answers.len()];
            at += 1;
            match kind {
                0 => Reply::Refused,
                1 if at > 500 => Reply::Unknown,
                _ => Reply::Accepted(Pick {
                    suite: offer.suites[suite.index(offer.suites.len())],
                    group: Some(*group),
                    signature: Some(*signature),
                    curve: None,
                }),
            }
        });
    }
}

fn named(names: &[&str]) -> Vec<u16> {
    names.iter().map(|name| Suite::named(name).unwrap().0).collect()
}

#[test]
fn an_intermediate_endpoint_takes_few_hellos() {
    let suites = named(&[
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ]);
    let server = Server {
        suites,
        groups: vec![29, 23, 24],
        signatures: vec![0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601],
        own_suite_order: false,
        own_group_order: false,
        curve: None,
        is_naive: false,
    };
    let mut search = Search::new(space(false));
    assert_eq!(run(&mut search, |offer| server.answer(offer)), 9);
    assert_eq!(search.order(), Order::Client);
    let thirteen = Server { suites: vec![0x1301, 0x1302, 0x1303], ..server };
    let mut search = Search::new(space(true));
    assert_eq!(run(&mut search, |offer| thirteen.answer(offer)), 5);
    // What whole handshakes showed need not be asked again.
    let mut search = Search::new(space(true));
    let offered = [0x1302, 0x1301, 0x1303];
    for (suite, group) in [(0x1302, 29), (0x1303, 23)] {
        let others = offered.iter().copied().filter(|other| *other != suite);
        let turned: Vec<u16> = std::iter::once(suite).chain(others).collect();
        search.witness(&turned, Pick { suite, group: Some(group), signature: None, curve: None });
    }
    assert_eq!(run(&mut search, |offer| thirteen.answer(offer)), 3);
    assert_eq!((search.order(), search.suites().len(), search.groups().len()), (Order::Client, 3, 3));
}

#[test]
fn weak_suites_in_front_are_named() {
    let suites = named(&["TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]);
    let mut server = Server {
        suites: suites.clone(),
        groups: vec![29],
        signatures: vec![0x0804],
        own_suite_order: true,
        own_group_order: true,
        curve: None,
        is_naive: false,
    };
    let mut search = Search::new(space(false));
    run(&mut search, |offer| server.answer(offer));
    assert_eq!((search.order(), search.weak_first()), (Order::Server, vec![suites[0]]));
    // Without an order of its own it does what the client says, also the worst.
    server.own_suite_order = false;
    let mut search = Search::new(space(false));
    run(&mut search, |offer| server.answer(offer));
    assert_eq!((search.order(), search.weak_first()), (Order::Client, vec![suites[0]]));
    server.own_suite_order = true;
    server.suites.reverse();
    let mut search = Search::new(space(false));
    run(&mut search, |offer| server.answer(offer));
    assert_eq!((search.order(), search.weak_first()), (Order::Server, vec![]));
}
