//! Networks in the spelling of server configurations.

use std::net::IpAddr;

/// Whether an address is in a network; `None` where the network is a name or a variable.
pub(super) fn in_network(text: &str, address: IpAddr) -> Option<bool> {
    let (base, bits) = network(text)?;
    Some(covers(base, bits, address))
}

/// `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `2001:db8::/32`, one address.
pub(super) fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, mask) = text.split_once('/').map_or((text, None), |(address, mask)| (address, Some(mask)));
    let address: IpAddr = match address.parse() {
        Ok(address) => address,
        // `127` and `10.1` are networks of one and two bytes in HAProxy's short form.
        Err(_) => {
            let parts = address.split('.').map(|part| part.parse::<u8>().ok()).collect::<Option<Vec<u8>>>()?;
            let mut bytes = [0; 4];
            bytes.get_mut(..parts.len())?.copy_from_slice(&parts);
            IpAddr::from(bytes)
        }
    };
    let all = if address.is_ipv4() { 32 } else { 128 };
    let bits = match mask {
        None => all,
        Some(mask) if mask.contains('.') => u32::from(mask.parse::<std::net::Ipv4Addr>().ok()?).leading_ones(),
        Some(mask) => mask.parse().ok().filter(|bits| *bits <= all)?,
    };
    Some((address, bits))
}

fn covers(base: IpAddr, bits: u32, address: IpAddr) -> bool {
    match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => {
            let shift = 32 - bits;
            u32::from(base).checked_shr(shift).unwrap_or(0) == u32::from(address).checked_shr(shift).unwrap_or(0)
        }
        (IpAddr::V6(base), IpAddr::V6(address)) => {
            let shift = 128 - bits;
            u128::from(base).checked_shr(shift).unwrap_or(0) == u128::from(address).checked_shr(shift).unwrap_or(0)
        }
        _ => false,
    }
}
