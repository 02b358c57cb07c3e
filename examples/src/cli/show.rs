//! The steps as they happen: bars on a terminal, plain lines elsewhere.

use std::{collections::HashMap, io::IsTerminal, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use orch::{
    Orchestration, OrchestrationEvent, Timestamp,
    planner::{StepId, StepProgress},
};

/// Shows a run on standard error, so that standard output holds the answer alone.
#[derive(Debug)]
pub(super) struct Show {
    titles: HashMap<StepId, String>,
    started_at: Timestamp,
    output: Output,
}

#[derive(Debug)]
enum Output {
    Quiet,
    Lines,
    Bars {
        all: MultiProgress,
        running: HashMap<StepId, ProgressBar>,
    },
}

impl Show {
    pub(super) fn new(run: &Orchestration, is_quiet: bool) -> Self {
        let steps = run.plan().steps();
        let title = |(at, step): (usize, &orch::planner::PlannedStep)| {
            (
                step.id.clone(),
                format!("[{}/{}] {} ({})", at + 1, steps.len(), step.task, step.slug),
            )
        };
        let output = match (is_quiet, std::io::stderr().is_terminal()) {
            (true, _) => Output::Quiet,
            (false, true) => Output::Bars {
                all: MultiProgress::new(),
                running: HashMap::new(),
            },
            (false, false) => Output::Lines,
        };
        let show = Self {
            titles: steps.iter().enumerate().map(title).collect(),
            started_at: run.created_at(),
            output,
        };
        show.line(&format!(
            "{}: {} steps, at most {}",
            run.id(),
            steps.len(),
            run.plan().price()
        ));
        show
    }

    /// Something happened to the run.
    pub(super) fn event(&mut self, at: Timestamp, event: &OrchestrationEvent) {
        match event {
            OrchestrationEvent::StepStarted(started) => self.start(&started.step),
            OrchestrationEvent::StepSucceeded(done) => {
                self.end(
                    &done.step,
                    at,
                    &format!("done in {}, {}", seconds(done.took), done.cost),
                );
            }
            OrchestrationEvent::StepFailed(failed) => {
                self.end(&failed.step, at, &format!("failed: {}", failed.failure.reason));
            }
            OrchestrationEvent::StepReplaced(replaced) => {
                let (failed, by) = (&replaced.failure.reason, &replaced.by.slug);
                self.end(&replaced.step, at, &format!("failed: {failed}; {by} does it"));
            }
            OrchestrationEvent::StepInterrupted(ended) => self.end(&ended.step, at, "interrupted, not paid"),
            OrchestrationEvent::StepLate(ended) => self.end(&ended.step, at, "too late, not paid"),
            OrchestrationEvent::StepCancelled(ended) => self.end(&ended.step, at, "cancelled"),
            OrchestrationEvent::StepWaiting(waiting) => {
                self.end(
                    &waiting.step,
                    at,
                    &format!("waits for approval {}", waiting.approval),
                );
            }
            OrchestrationEvent::Synthesized(written) => self.line(&format!(
                "the answer is written by model {} in {}, {}",
                written.model,
                seconds(written.took),
                written.cost
            )),
            OrchestrationEvent::SynthesisSkipped(skipped) => {
                self.line(&format!("the results are the answer: {}", skipped.reason));
            }
            _ => {}
        }
    }

    /// An agent says what it does.
    pub(super) fn progress(&mut self, progress: &StepProgress) {
        let message = progress.progress.message.clone();
        match &self.output {
            Output::Bars { running, .. } => {
                if let Some(bar) = running.get(&progress.step) {
                    bar.set_message(message);
                }
            }
            Output::Lines => self.line(&format!("{} {message}", self.title(&progress.step))),
            Output::Quiet => {}
        }
    }

    /// Something to know that is no step.
    pub(super) fn note(&self, text: &str) {
        self.line(text);
    }

    /// Nothing more will happen.
    pub(super) fn finish(&mut self) {
        if let Output::Bars { running, .. } = &mut self.output {
            running.drain().for_each(|(_, bar)| bar.finish_and_clear());
        }
    }

    fn start(&mut self, step: &StepId) {
        let title = self.title(step);
        match &mut self.output {
            Output::Bars { all, running } => {
                let bar = all.add(ProgressBar::new_spinner().with_prefix(title));
                if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg}") {
                    bar.set_style(style);
                }
                bar.enable_steady_tick(Duration::from_millis(100));
                running.insert(step.clone(), bar);
            }
            Output::Lines => self.line(&format!("{title} started")),
            Output::Quiet => {}
        }
    }

    fn end(&mut self, step: &StepId, at: Timestamp, how: &str) {
        if let Output::Bars { running, .. } = &mut self.output
            && let Some(bar) = running.remove(step)
        {
            bar.finish_and_clear();
        }
        self.line(&format!(
            "{} {how} (at {})",
            self.title(step),
            seconds(at.since(self.started_at))
        ));
    }

    fn title(&self, step: &StepId) -> String {
        self.titles.get(step).cloned().unwrap_or_else(|| step.to_string())
    }

    fn line(&self, text: &str) {
        match &self.output {
            Output::Quiet => {}
            Output::Lines => tell!("{text}"),
            Output::Bars { all, .. } => {
                // A terminal that went away has nobody to tell.
                let _ = all.println(text);
            }
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}
