use proptest::prelude::*;

use super::*;

fn events_of(pieces: &[&[u8]], limit: usize) -> (Vec<Event>, Result<(), EventTooLarge>) {
    let mut parser = Parser::new(limit);
    let mut events = VecDeque::new();
    let ended = pieces
        .iter()
        .try_for_each(|piece| parser.push(piece, &mut events));
    (events.into(), ended)
}

fn read(stream: &str) -> Vec<Event> {
    let (events, ended) = events_of(&[stream.as_bytes()], 1000);
    assert_eq!(ended, Ok(()));
    events
}

fn event(name: &str, data: &str, id: &str) -> Event {
    let (name, data, id) = (name.to_owned(), data.to_owned(), id.to_owned());
    Event { name, data, id }
}

#[test]
fn the_examples_of_the_standard_read_as_it_says() {
    assert_eq!(
        read("data: YHOO\ndata: +2\ndata: 10\n\n"),
        [event("message", "YHOO\n+2\n10", "")]
    );
    assert_eq!(
        read(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n"),
        [
            event("message", "first event", "1"),
            event("message", "second event", "")
        ]
    );
    assert_eq!(
        read("data\n\ndata\ndata\n\ndata:"),
        [event("message", "", ""), event("message", "\n", "")]
    );
    assert_eq!(
        read("data:test\n\ndata: test\n\n"),
        vec![event("message", "test", ""); 2]
    );
}

#[test]
fn lines_end_in_three_ways_and_may_begin_with_a_mark() {
    assert_eq!(
        read("\u{feff}event: add\rdata: 1\r\ndata: 2\n\r\nevent: end\n\ndata: 3\r\r"),
        [event("add", "1\n2", ""), event("message", "3", "")]
    );
}

#[test]
fn unknown_fields_and_ids_with_a_zero_are_ignored() {
    assert_eq!(
        read("id: 7\nid: 8\0\nretry: 10\nnonsense: 1\n Data: no\ndata: yes\n\n"),
        [event("message", "yes", "7")]
    );
}

#[test]
fn an_event_that_grows_too_large_is_refused_after_those_before_it() {
    let stream = format!("data: small\n\ndata: {}\n\n", "x".repeat(100));
    let (events, ended) = events_of(&[stream.as_bytes()], 50);
    assert_eq!(events, [event("message", "small", "")]);
    assert_eq!(ended, Err(EventTooLarge { limit: 50 }));
    let endless = events_of(&[&[b'x'; 30][..]; 10], 200);
    assert_eq!(endless.1, Err(EventTooLarge { limit: 200 }));
    let many_lines = "data: 1\n".repeat(30);
    assert!(events_of(&[many_lines.as_bytes()], 100).1.is_err());
    let heartbeats = ": still here\n".repeat(1000);
    assert_eq!(events_of(&[heartbeats.as_bytes()], 100), (vec![], Ok(())));
}

proptest! {
    #[test]
    fn any_cut_yields_the_same_events(
        words in prop::collection::vec(prop::sample::select(vec![
            "data: one", "data:", "data: ü", "event: add", "id: 4", "id", ": note", "x", "\n", "\r", "\r\n", "\n\n", "\u{feff}",
        ]), 0..40),
        cuts in prop::collection::vec(0usize..200, 0..12),
    ) {
        let stream = words.concat();
        let whole = events_of(&[stream.as_bytes()], 64);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &stream.as_bytes()[cut[0]..cut[1]]).collect();
        prop_assert_eq!(events_of(&pieces, 64), whole);
    }

    #[test]
    fn what_is_written_as_events_reads_back(data in prop::collection::vec("[^\r\n\0]{0,20}", 1..8)) {
        let stream: String = data.iter().map(|data| format!("data: {data}\n\n")).collect();
        let read: Vec<String> = read(&stream).into_iter().map(|event| event.data).collect();
        prop_assert_eq!(read, data);
    }
}
