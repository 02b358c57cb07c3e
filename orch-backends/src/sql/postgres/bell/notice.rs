//! News as the text of a notice. Replicas of different releases understand each other: what one does not know it skips.

use orch_core::event::News;

/// PostgreSQL takes payloads of less than 8000 bytes.
const MAX_BYTES: usize = 7900;

/// Puts the news into as few notices as hold it, a line each.
pub(super) fn write(news: impl Iterator<Item = News>) -> Vec<String> {
    let mut notices: Vec<String> = Vec::new();
    for line in news.filter_map(|news| line(&news)) {
        match notices.last_mut() {
            Some(last) if last.len() + 1 + line.len() <= MAX_BYTES => {
                last.push('\n');
                last.push_str(&line);
            }
            _ => notices.push(line),
        }
    }
    notices
}

/// The news of a notice.
pub(super) fn read(notice: &str) -> impl Iterator<Item = News> {
    notice.lines().filter_map(|line| {
        let mut words = line.split(' ');
        match (words.next()?, words.next(), words.next()) {
            ("work", ..) => Some(News::Work),
            (grown @ ("grew" | "over"), Some(seq), Some(stream)) => Some(News::Grew {
                stream: stream.to_owned(),
                seq: seq.parse().ok()?,
                is_over: grown == "over",
            }),
            _ => None,
        }
    })
}

/// `None` for what cannot be told in a line.
fn line(news: &News) -> Option<String> {
    match news {
        News::Grew { stream, seq, is_over } => {
            let is_word = !stream.contains(char::is_whitespace) && stream.len() <= MAX_BYTES / 2;
            let grown = if *is_over { "over" } else { "grew" };
            is_word.then(|| format!("{grown} {seq} {stream}"))
        }
        News::Work => Some("work".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_reads_back() {
        let grew = |number: u64| News::Grew {
            stream: format!("run_{number:040}"),
            seq: number,
            is_over: number.is_multiple_of(3),
        };
        let news: Vec<News> = [News::Work].into_iter().chain((1..1000).map(grew)).collect();
        let notices = write(news.clone().into_iter());
        assert!(notices.len() > 1 && notices.iter().all(|notice| notice.len() < 8000));
        assert_eq!(
            notices.iter().flat_map(|notice| read(notice)).collect::<Vec<_>>(),
            news
        );
    }

    #[test]
    fn what_is_not_understood_is_skipped() {
        let notice = "shrank 5 run_1\nwork at once\ngrew many run_1\ngrew 7 run_1 by two\n\n";
        let grew = News::Grew {
            stream: "run_1".to_owned(),
            seq: 7,
            is_over: false,
        };
        assert_eq!(read(notice).collect::<Vec<_>>(), [News::Work, grew]);
        let unfit = ["two words", &"x".repeat(9000)].map(|stream| News::Grew {
            stream: stream.to_owned(),
            seq: 1,
            is_over: false,
        });
        assert!(write(unfit.into_iter()).is_empty());
    }
}
