//! The section `[approvals]` of the configuration: which calls wait for whom, and who looks after all of them.

use std::{collections::BTreeSet, time::Duration};

use orch::{
    Amount, Builder,
    a2a::ApprovalRule,
    approvals::{ApprovalOptions, Approvers, OnExpiry, Party, Policy},
};
use orch_http_adapter::approvals::ApprovalPageOptions;
use serde::Deserialize;

use crate::cli::CliError;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::cli) struct ApprovalSettings {
    /// Who may see every approval, and decide where a rule names nobody: `account:NAME`, `agent:ID`.
    approvers: BTreeSet<Party>,
    /// Whether browsers reach the server over https only.
    https: bool,
    /// Which calls wait. The first rule that is about a call counts.
    rules: Vec<RuleSettings>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSettings {
    /// The agent: a slug, `organization/name` or an id.
    agent: Option<String>,
    /// The name of a task.
    task: Option<String>,
    /// Only what costs more, such as `5 ALGO`.
    above: Option<String>,
    /// Who decides; the approvers of the section, unless they are named here.
    approvers: Option<BTreeSet<Party>>,
    /// How many of them must approve.
    #[serde(default = "one")]
    quorum: u32,
    /// How many seconds they have.
    timeout_seconds: Option<u32>,
    /// What happens then: `deny` or `approve`.
    #[serde(default)]
    on_expiry: OnExpiry,
    /// Whether who asks may decide as well.
    #[serde(default)]
    self_approval: bool,
}

fn one() -> u32 {
    1
}

impl ApprovalSettings {
    /// Says it to an orchestrator that is built.
    pub(in crate::cli) fn plug_into(&self, builder: Builder) -> Result<Builder, CliError> {
        let options = ApprovalOptions {
            stewards: self.approvers.clone(),
            ..ApprovalOptions::default()
        };
        let builder = builder.approval_options(options);
        self.rules.iter().try_fold(builder, |builder, rule| {
            Ok(builder.approval_rule(rule.rule(&self.approvers)?))
        })
    }

    /// How the page is served.
    pub(super) fn page(&self) -> ApprovalPageOptions {
        ApprovalPageOptions {
            https: self.https,
            ..ApprovalPageOptions::default()
        }
    }
}

impl RuleSettings {
    fn rule(&self, approvers: &BTreeSet<Party>) -> Result<ApprovalRule, CliError> {
        let above = self.above.as_deref().map(str::parse::<Amount>);
        let above = above
            .transpose()
            .map_err(|error| CliError::usage("approvals.rules.above", error))?;
        let timeout = self.timeout_seconds.map_or(Policy::DEFAULT_TIMEOUT, |seconds| {
            Duration::from_secs(seconds.into())
        });
        let rule = ApprovalRule {
            agent: self.agent.clone(),
            task: self.task.clone(),
            above,
            policy: Policy {
                approvers: Approvers::Named(self.approvers.as_ref().unwrap_or(approvers).clone()),
                quorum: self.quorum,
                self_approval: self.self_approval,
                timeout,
                on_expiry: self.on_expiry,
            },
        };
        rule.check()
            .map_err(|error| CliError::usage("approvals.rules", error))?;
        Ok(rule)
    }
}

#[cfg(test)]
mod tests {
    use orch::{Orchestrator, Stores};

    use super::*;

    fn plugged(text: &str) -> Result<Builder, String> {
        let settings: ApprovalSettings = toml::from_str(text).map_err(|error| error.to_string())?;
        let builder = Orchestrator::builder(Stores::in_memory());
        settings.plug_into(builder).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rule_says_who_decides_or_the_section_does() {
        for text in [
            "",
            "approvers = [\"account:ops\"]\n[[rules]]\nagent = \"echo\"\n",
            "[[rules]]\nabove = \"5 ALGO\"\napprovers = [\"account:a\", \"agent:b\"]\nquorum = 2\n",
            "[[rules]]\ntask = \"pay\"\napprovers = [\"account:a\"]\ntimeout_seconds = 60\non_expiry = \"approve\"\n",
        ] {
            assert!(plugged(text).is_ok(), "{text}: {:?}", plugged(text).err());
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in [
            "[[rules]]\nagent = \"echo\"\n",
            "approvers = [\"ops\"]\n",
            "approvers = [\"account:ops\"]\n[[rules]]\nquorum = 2\n",
            "approvers = [\"account:ops\"]\n[[rules]]\nabove = \"5\"\n",
            "approvers = [\"account:ops\"]\n[[rules]]\ntimeout_seconds = 0\n",
            "approvers = [\"account:ops\"]\n[[rules]]\non_expiry = \"maybe\"\n",
            "approvers = [\"account:ops\"]\n[[rules]]\nagents = \"echo\"\n",
        ] {
            assert!(plugged(text).is_err(), "{text}");
        }
    }
}
