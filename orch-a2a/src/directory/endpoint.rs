/// Where an agent is reached: what its metadata say (`api_endpoint`), else what stands beside them (`endpoint`). An empty text
/// says nothing.
///
/// The one rule for whoever names agents: their registration, files, and other directories.
pub fn reached_at<'t>(api_endpoint: Option<&'t str>, endpoint: Option<&'t str>) -> Option<&'t str> {
    let says = |text: &&str| !text.is_empty();
    api_endpoint.filter(says).or_else(|| endpoint.filter(says))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_come_first() {
        for (api_endpoint, endpoint, expected) in [
            (Some("a"), Some("b"), Some("a")),
            (Some("a"), None, Some("a")),
            (Some(""), Some("b"), Some("b")),
            (None, Some("b"), Some("b")),
            (Some(""), Some(""), None),
            (None, None, None),
        ] {
            assert_eq!(
                reached_at(api_endpoint, endpoint),
                expected,
                "{api_endpoint:?} {endpoint:?}"
            );
        }
    }
}
