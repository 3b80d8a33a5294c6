//! Addresses that no request may reach: there, clouds hand the credentials of the machine to
//! whoever asks. Names are checked after they are resolved, and each redirect again.

use super::Error;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Metadata services outside of the link-local ranges.
const METADATA: [IpAddr; 3] = [
    // Alibaba Cloud
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    // Google Cloud
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    // Oracle Cloud
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
];

/// Whether an address is one of a metadata service, or link-local.
#[must_use]
pub fn is_forbidden(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local() || METADATA.contains(&address),
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            // Amazon's are below fd00:ec2::.
            let is_local = v6.is_unicast_link_local() || segments[..2] == [0xfd00, 0xec2];
            is_local || METADATA.contains(&address) || inner_v4(v6).is_some_and(|v4| is_forbidden(v4.into()))
        }
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 or 6to4.
fn inner_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

/// Refuses a URL whose host is such an address.
///
/// # Errors
/// When it is one.
pub fn check(url: &Url) -> Result<(), Error> {
    let address: Option<IpAddr> = match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        Some(Host::Domain(_)) | None => None,
    };
    match address.filter(|address| is_forbidden(*address)) {
        Some(address) => Err(Error::Forbidden(address.to_string())),
        None => Ok(()),
    }
}

/// The system's resolver, without such addresses.
pub(super) struct GuardedResolver;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let (forbidden, allowed): (Vec<SocketAddr>, Vec<SocketAddr>) =
                found.partition(|address| is_forbidden(address.ip()));
            match forbidden.first() {
                Some(address) if allowed.is_empty() => {
                    let error = Error::Forbidden(format!("{} ({})", name.as_str(), address.ip()));
                    Err(Box::new(error) as Box<dyn std::error::Error + Send + Sync>)
                }
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("http://169.254.169.254/latest/meta-data/", true)]
    #[case("http://169.254.170.2/v2/credentials", true)]
    #[case("http://[fd00:ec2::254]/", true)]
    #[case("http://[fe80::1]/", true)]
    #[case("http://[::ffff:169.254.169.254]/", true)]
    #[case("http://[::169.254.169.254]/", true)]
    #[case("http://[64:ff9b::a9fe:a9fe]/", true)]
    #[case("http://[2002:a9fe:a9fe::]/", true)]
    #[case("http://[fd20:ce::254]/", true)]
    #[case("http://100.100.100.200/", true)]
    // Other ways to write the same address.
    #[case("http://2852039166/", true)]
    #[case("http://0xa9fea9fe/", true)]
    #[case("http://169.254.43518/", true)]
    #[case("http://127.0.0.1/", false)]
    #[case("http://[::1]/", false)]
    #[case("http://10.0.0.1/", false)]
    #[case("http://[fd00::1]/", false)]
    #[case("http://example.com/169.254.169.254", false)]
    fn hosts_are_checked(#[case] url: &str, #[case] forbidden: bool) {
        assert_eq!(check(&Url::parse(url).unwrap()).is_err(), forbidden, "{url}");
    }
}
