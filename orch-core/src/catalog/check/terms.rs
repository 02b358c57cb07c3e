use std::collections::HashSet;

use super::{CatalogError, filled};
use crate::agent::{BillingModel, Endpoint, Pricing};

const MAX_UNIT: usize = 64;
const MAX_DISCOUNTS: usize = 20;
const MAX_URL: usize = 2_048;
const MAX_ARGS: usize = 64;
/// The longest command, argument or directory of a program, in bytes.
const MAX_WORD: usize = 4_096;

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
    let mut tiers = HashSet::new();
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
    match endpoint {
        Endpoint::InProcess => Ok(()),
        Endpoint::Http { url } => address(url),
        Endpoint::Subprocess {
            command,
            args,
            directory,
        } => program(command, args, directory.as_deref()),
    }
}

fn program(command: &str, args: &[String], directory: Option<&str>) -> Result<(), CatalogError> {
    let is_fine = |word: &str| word.len() <= MAX_WORD && !word.contains('\0');
    let invalid =
        |member: &str, reason: String| Err(CatalogError::invalid(format!("endpoint.{member}"), reason));
    if command.trim().is_empty() || !is_fine(command) {
        return invalid(
            "command",
            format!("must be 1 to {MAX_WORD} bytes and no zero byte"),
        );
    }
    if args.len() > MAX_ARGS {
        return invalid("args", format!("must be at most {MAX_ARGS}"));
    }
    if let Some(place) = args.iter().position(|arg| !is_fine(arg)) {
        return invalid(
            &format!("args[{place}]"),
            format!("must be at most {MAX_WORD} bytes and no zero byte"),
        );
    }
    if directory.is_some_and(|directory| directory.is_empty() || !is_fine(directory)) {
        return invalid(
            "directory",
            format!("must be 1 to {MAX_WORD} bytes and no zero byte"),
        );
    }
    Ok(())
}

fn address(url: &str) -> Result<(), CatalogError> {
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

    #[test]
    fn a_program_is_bounded() {
        let check = |command: &str, args: &[&str], directory: Option<&str>| {
            endpoint(&Endpoint::Subprocess {
                command: command.to_owned(),
                args: args.iter().map(|&arg| arg.to_owned()).collect(),
                directory: directory.map(str::to_owned),
            })
        };
        assert!(check("/usr/bin/env", &["python3", "", "a b"], Some("/srv")).is_ok());
        let long = "x".repeat(MAX_WORD + 1);
        for (command, args, directory) in [
            ("", &[][..], None),
            (" ", &[], None),
            ("a\0b", &[], None),
            (&long, &[], None),
            ("a", &["b\0"], None),
            ("a", &[""; MAX_ARGS + 1], None),
            ("a", &[], Some("")),
            ("a", &[], Some(&long)),
        ] {
            assert!(check(command, args, directory).is_err(), "{command:.10} {args:?}");
        }
    }
}
