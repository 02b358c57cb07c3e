use std::collections::HashMap;

use orch_core::event::News;

use super::notice;

/// So many streams may have grown between two notices; whoever watches more of them finds out by looking.
const MOST: usize = 4096;

/// News that was not told yet, put together: of a stream that grew often, only how far it has come.
#[derive(Debug, Default)]
pub(super) struct Mail {
    grown: HashMap<String, (u64, bool)>,
    is_work: bool,
}

impl Mail {
    pub(super) fn add(&mut self, news: News) {
        match news {
            News::Grew { stream, seq, is_over } => {
                if self.grown.len() >= MOST && !self.grown.contains_key(&stream) {
                    return;
                }
                let grown = self.grown.entry(stream).or_default();
                *grown = (grown.0.max(seq), grown.1 | is_over);
            }
            News::Work => self.is_work = true,
            _ => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.grown.is_empty() && !self.is_work
    }

    /// All of it, as the texts of notices.
    pub(super) fn notices(self) -> Vec<String> {
        let work = self.is_work.then_some(News::Work);
        let grown =
            self.grown
                .into_iter()
                .map(|(stream, (seq, is_over))| News::Grew { stream, seq, is_over });
        notice::write(work.into_iter().chain(grown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grew(stream: &str, seq: u64, is_over: bool) -> News {
        let stream = stream.to_owned();
        News::Grew { stream, seq, is_over }
    }

    #[test]
    fn a_stream_is_told_of_once_as_far_as_it_has_come() {
        let mut mail = Mail::default();
        for news in [
            grew("a", 3, false),
            grew("a", 5, true),
            grew("a", 4, false),
            News::Work,
            News::Work,
        ] {
            mail.add(news);
        }
        let told: Vec<News> = mail
            .notices()
            .iter()
            .flat_map(|text| notice::read(text))
            .collect();
        assert_eq!(told, [News::Work, grew("a", 5, true)]);
        assert!(Mail::default().notices().is_empty());
    }

    #[test]
    fn there_is_an_end_to_it() {
        let mut mail = Mail::default();
        for n in 0..MOST + 10 {
            mail.add(grew(&format!("stream-{n}"), 1, false));
        }
        mail.add(grew("stream-0", 2, false));
        let told: Vec<News> = mail
            .notices()
            .iter()
            .flat_map(|text| notice::read(text))
            .collect();
        assert_eq!(told.len(), MOST);
        assert!(told.contains(&grew("stream-0", 2, false)));
    }
}
