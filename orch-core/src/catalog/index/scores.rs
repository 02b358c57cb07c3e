use std::sync::{Mutex, PoisonError};

/// How many rankings at once find a score sheet at hand.
const MAX_SHEETS: usize = 4;

/// Score sheets, used again and again, since each is as long as there are tasks.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<Vec<Vec<f64>>>);

/// How well each task fits; those that said none of the words are at 0.0.
#[derive(Debug)]
pub(super) struct Scores<'p> {
    pool: &'p Pool,
    sheet: Vec<f64>,
    /// The tasks that are not at 0.0.
    pub(super) tasks: Vec<u32>,
    /// The highest of the scores, at least.
    pub(super) best: f64,
}

impl Pool {
    /// A sheet for so many tasks.
    pub(super) fn take(&self, n_tasks: usize) -> Scores<'_> {
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sheet = pool.pop().unwrap_or_default();
        sheet.resize(n_tasks, 0.0);
        Scores {
            pool: self,
            sheet,
            tasks: Vec::new(),
            best: 0.0,
        }
    }
}

impl Scores<'_> {
    pub(super) fn of(&self, task: u32) -> f64 {
        self.sheet[task as usize]
    }

    /// Adds to the score of any task.
    pub(super) fn add(&mut self, task: u32, more: f64) {
        let score = &mut self.sheet[task as usize];
        if *score <= 0.0 {
            self.tasks.push(task);
        }
        *score += more;
        self.best = self.best.max(*score);
    }

    /// Adds to the score of a task that has one.
    pub(super) fn add_known(&mut self, task: u32, more: f64) {
        let score = &mut self.sheet[task as usize];
        if *score > 0.0 {
            *score += more;
        }
    }

    /// The score that `place` tasks reach; 0.0 if there are fewer.
    pub(super) fn at(&self, place: usize) -> f64 {
        let mut scores: Vec<f64> = self.tasks.iter().map(|task| self.of(*task)).collect();
        match place.checked_sub(1) {
            Some(last) if last < scores.len() => {
                let (_, score, _) = scores.select_nth_unstable_by(last, |left, right| right.total_cmp(left));
                *score
            }
            _ => 0.0,
        }
    }

    /// Forgets the tasks below a score.
    pub(super) fn keep_from(&mut self, least: f64) {
        let sheet = &mut self.sheet;
        self.tasks.retain(|task| {
            let score = &mut sheet[*task as usize];
            let is_kept = *score >= least;
            if !is_kept {
                *score = 0.0;
            }
            is_kept
        });
    }
}

/// Leaves the sheet blank for the next ranking.
impl Drop for Scores<'_> {
    fn drop(&mut self) {
        for task in &self.tasks {
            self.sheet[*task as usize] = 0.0;
        }
        let mut pool = self.pool.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.len() < MAX_SHEETS {
            pool.push(std::mem::take(&mut self.sheet));
        }
    }
}
