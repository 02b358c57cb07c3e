use orch_core::Secret;

/// How the surface is served.
#[derive(Clone, Debug, Default)]
pub struct A2aOptions {
    /// What `/health` says, and what is required.
    pub mode: Mode,
    /// The key that `X-API-Key` shows; beside it, keys that were made for this surface count. Where there is none, and the mode
    /// does not want one, no key is asked for.
    pub api_key: Option<Secret<String>>,
    /// The key that `X-Admin-Key` shows to register agents; without one nobody can.
    pub admin_key: Option<Secret<String>>,
    /// Whether agents may register themselves, under the id that is derived from their key.
    pub self_registration: bool,
    /// Whether where agents are reached is nobody's business.
    pub hide_endpoints: bool,
    /// Whether an agent may decide what it asked for itself; if nothing is said, in standalone mode alone. What a service
    /// requires an approval for is let through by none of its own in any case.
    pub self_approval: Option<bool>,
    /// Where this server is reached, for the manifests of agents.
    pub public_url: String,
}

/// Whom a server is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// One's own agents: keys are optional, and limits are only told.
    #[default]
    Standalone,
    /// Anybody's: a key is required, and limits are enforced.
    Cloud,
}

impl Mode {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standalone => "standalone",
            Self::Cloud => "cloud",
        }
    }
}

impl A2aOptions {
    /// Whether a key is asked for.
    pub(super) fn wants_key(&self) -> bool {
        self.api_key.is_some() || self.mode == Mode::Cloud
    }

    /// Whether an agent may decide what it asked for itself.
    pub(super) fn allows_self_approval(&self) -> bool {
        self.self_approval.unwrap_or(self.mode == Mode::Standalone)
    }
}
