use std::collections::BTreeMap;

/// How programs are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessOptions {
    /// Every variable that a program finds in its environment. By default a `PATH` of the system's directories and a
    /// `LANG` of UTF-8.
    pub environment: BTreeMap<String, String>,
    /// The most programs that run at once; 32 by default. Further calls wait within their deadline.
    pub max_processes: usize,
    /// The most bytes of progress before the reply; 1 MiB by default.
    pub max_progress_bytes: usize,
    /// How many bytes of the end of standard error are told when a program ends before it replied; 200 by default.
    pub max_error_bytes: usize,
}

impl Default for ProcessOptions {
    fn default() -> Self {
        let environment = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "C.UTF-8")];
        Self {
            environment: environment
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            max_processes: 32,
            max_progress_bytes: 1024 * 1024,
            max_error_bytes: 200,
        }
    }
}
