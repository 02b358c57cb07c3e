use std::collections::BTreeSet;

use super::{CatalogError, filled};
use crate::agent::{BillingModel, Endpoint, Pricing};

const MAX_UNIT: usize = 64;
const MAX_DISCOUNTS: usize = 20;
const MAX_URL: usize = 2_048;

pub(super) fn pricing(pricing: &Pricing) -> Result<(), CatalogError> {
    if let BillingModel::PerUnit { unit, maximum } = &pricing.model {
        filled("pricing.model.unit", unit, MAX_UNIT)?;
        if *maximum == 0 {
            return Err(CatalogError::invalid(
                "pricing.model.maximum",
                "must be above zero",
            ));
        }
    }
    pricing
        .ceiling()
        .map_err(|error| CatalogError::invalid("pricing", error.to_string()))?;
    let mut tiers = BTreeSet::new();
    let once = pricing
        .volume_discounts
        .iter()
        .all(|tier| tiers.insert(tier.min_requests));
    if !once || tiers.len() > MAX_DISCOUNTS {
        let reason = format!("must be at most {MAX_DISCOUNTS}, each from another count of requests");
        return Err(CatalogError::invalid("pricing.volume_discounts", reason));
    }
    Ok(())
}

/// Whether an address can be meant at all; whoever calls it guards where it leads.
pub(super) fn endpoint(endpoint: &Endpoint) -> Result<(), CatalogError> {
    let Endpoint::Http { url } = endpoint else {
        return Ok(());
    };
    let invalid = |reason: &str| Err(CatalogError::invalid("endpoint.url", reason));
    if url.len() > MAX_URL {
        return invalid("must be at most 2048 bytes");
    }
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else {
        return invalid("must begin with https:// or http://");
    };
    if url.chars().any(|char| char.is_whitespace() || char.is_control()) || url.contains('#') {
        return invalid("must not have blanks or a fragment");
    }
    let authority = rest.split(['/', '?', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return invalid("must not bear a user or a password");
    }
    if authority.is_empty() || authority.starts_with(':') {
        return invalid("must name a host");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(url: &str) -> bool {
        endpoint(&Endpoint::Http { url: url.into() }).is_ok()
    }

    #[test]
    fn an_address_names_a_host() {
        for url in [
            "https://a.example",
            "http://127.0.0.1:8080/run?x=1",
            "https://[::1]/a",
        ] {
            assert!(is_fine(url), "{url}");
        }
        let long = format!("https://{}", "a".repeat(MAX_URL));
        for url in [
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https:///a",
            "https://:80",
            "https://u:p@a.example",
            "https://a.example/ b",
            "https://a.example/#b",
            &long,
        ] {
            assert!(!is_fine(url), "{url}");
        }
    }
}
