//! The server beside good and bad clients.

use std::net::Shutdown;

use super::super::super::{NoGil, StopSignal, Unit, UnitEnd};
use super::super::{Connections, Request, encode};
use super::*;

const LONG: Duration = LONGEST_DELAY;

fn client(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).expect("the server listens");
    stream.set_nodelay(true).expect("it is a TCP socket");
    stream
}

fn ask(mut stream: &TcpStream, delay: Duration, window: u32) {
    let delay_us = u32::try_from(delay.as_micros()).expect("it fits");
    stream.write_all(&encode(delay_us, window)).expect("it is connected");
}

fn answer(mut stream: &TcpStream) -> io::Result<u32> {
    let mut answer = [0; ANSWER_LEN];
    stream.read_exact(&mut answer)?;
    Ok(u32::from_le_bytes(answer))
}

#[track_caller]
fn check_closed(stream: &TcpStream) {
    assert!(answer(stream).is_err(), "it got an answer");
}

#[track_caller]
fn check_alive(server: &Server) {
    let stream = client(server);
    ask(&stream, Duration::ZERO, NEVER_CUT_SHORT);
    assert_eq!(answer(&stream).expect("it answers"), 0);
}

#[test]
fn an_answer_comes_after_its_delay() {
    let server = Server::start().expect("it starts");
    let stream = client(&server);
    for delay in [Duration::ZERO, Duration::from_micros(500), Duration::from_millis(5)] {
        let began = Instant::now();
        ask(&stream, delay, NEVER_CUT_SHORT);
        assert_eq!(Duration::from_micros(answer(&stream).expect("it answers").into()), delay);
        assert!(began.elapsed() >= delay, "it took only {:?}", began.elapsed());
    }
}

#[test]
fn answers_come_in_order_of_their_times() {
    let server = Server::start().expect("it starts");
    let (slow, quick) = (client(&server), client(&server));
    ask(&slow, LONG, NEVER_CUT_SHORT);
    ask(&quick, Duration::from_millis(1), NEVER_CUT_SHORT);
    assert_eq!(answer(&quick).expect("it answers"), 1000);
    slow.set_nonblocking(true).expect("it is a socket");
    assert_eq!(answer(&slow).expect_err("it is not yet time").kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn a_thousand_connections_are_answered_at_the_same_time() {
    const COUNT: usize = 1000;
    let server = Server::start().expect("it starts");
    let connections = Connections::new(server.address());
    connections.reserve(COUNT).expect("the hard limit on open files allows a thousand connections");
    let streams: Vec<_> = (0..COUNT).map(|_| connections.take().expect("it is reserved")).collect();
    for round in 1..4 {
        for stream in &streams {
            ask(stream, Duration::from_millis(round), NEVER_CUT_SHORT);
        }
        for stream in &streams {
            assert_eq!(u64::from(answer(stream).expect("it answers")), round * 1000);
        }
    }
    check_alive(&server);
}

#[test]
fn a_stopped_window_is_answered_at_once() {
    let server = Server::start().expect("it starts");
    let (window, end) = server.open_window();
    let (stopped, later) = (client(&server), client(&server));
    ask(&stopped, LONG, window);
    ask(&later, LONG, window + 1);
    end.interrupt();
    // The read would take ten seconds otherwise; a request that comes after the end is answered at once too.
    let began = Instant::now();
    assert_eq!(answer(&stopped).expect("it answers"), 10_000_000);
    ask(&stopped, LONG, window);
    assert_eq!(answer(&stopped).expect("it answers"), 10_000_000);
    assert!(began.elapsed() < LONG);
    later.set_nonblocking(true).expect("it is a socket");
    assert_eq!(answer(&later).expect_err("it belongs to the next window").kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn units_wait_for_their_answers_and_are_cut_short_by_the_signal() {
    let server = Server::start().expect("it starts");
    let connections = Arc::new(Connections::new(server.address()));
    for _window in 0..2 {
        connections.reserve(3).expect("three are few");
        let (window, end) = server.open_window();
        let stop = StopSignal::with_interrupt(end);
        let unit = |delay| Request::new(Arc::clone(&connections), delay, window).expect("it is reserved");
        assert_eq!(unit(Duration::from_millis(1)).run(&mut NoGil, &stop), UnitEnd::Done);
        let ready = std::sync::Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..3 {
                let mut unit = unit(LONG);
                let (ready, stop) = (&ready, &stop);
                scope.spawn(move || {
                    stop.enlist();
                    ready.wait();
                    assert_eq!(unit.run(&mut NoGil, stop), UnitEnd::Interrupted);
                });
            }
            ready.wait();
            stop.raise();
        });
    }
}

#[test]
fn a_server_that_is_gone_fails_the_unit() {
    let server = Server::start().expect("it starts");
    let connections = Arc::new(Connections::new(server.address()));
    connections.reserve(1).expect("one is few");
    let mut unit = Request::new(connections, Duration::ZERO, NEVER_CUT_SHORT).expect("it is reserved");
    drop(server);
    for _ in 0..2 {
        assert!(matches!(unit.run(&mut NoGil, &StopSignal::new()), UnitEnd::Failed(_)));
    }
}

#[test]
fn half_a_request_is_waited_for() {
    let server = Server::start().expect("it starts");
    let stream = client(&server);
    let request = encode(0, NEVER_CUT_SHORT);
    for byte in request {
        (&stream).write_all(&[byte]).expect("it is connected");
        check_alive(&server);
    }
    assert_eq!(answer(&stream).expect("it answers"), 0);
}

#[test]
fn bad_clients_are_closed_and_harm_nobody() {
    let server = Server::start().expect("it starts");
    // Closes after half a request, closes while it waits, closes its sending side only.
    (&client(&server)).write_all(&[1, 2, 3]).expect("it is connected");
    ask(&client(&server), LONG, NEVER_CUT_SHORT);
    let half_closed = client(&server);
    ask(&half_closed, LONG, NEVER_CUT_SHORT);
    half_closed.shutdown(Shutdown::Write).expect("it is connected");
    check_closed(&half_closed);
    // Asks for more than the longest delay.
    let greedy = client(&server);
    ask(&greedy, LONGEST_DELAY + Duration::from_micros(1), NEVER_CUT_SHORT);
    check_closed(&greedy);
    // Does not wait for its answer.
    let hasty = client(&server);
    ask(&hasty, LONG, NEVER_CUT_SHORT);
    ask(&hasty, LONG, NEVER_CUT_SHORT);
    check_closed(&hasty);
    check_alive(&server);
}

#[test]
fn a_key_used_again_gets_no_answer_of_its_predecessor() {
    let server = Server::start().expect("it starts");
    let first = client(&server);
    ask(&first, Duration::from_millis(20), NEVER_CUT_SHORT);
    first.shutdown(Shutdown::Both).expect("it is connected");
    drop(first);
    let second = client(&server);
    ask(&second, Duration::from_millis(40), NEVER_CUT_SHORT);
    assert_eq!(answer(&second).expect("it answers"), 40_000);
    second.set_nonblocking(true).expect("it is a socket");
    assert_eq!(answer(&second).expect_err("nothing is due").kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn its_cpu_time_grows_with_its_work() {
    let server = Server::start().expect("it starts");
    check_alive(&server);
    if ThreadClock::of_current().is_none() {
        assert_eq!(server.cpu_time(), None);
        return;
    }
    let before = server.cpu_time().expect("it has a clock");
    let stream = client(&server);
    for _ in 0..200 {
        ask(&stream, Duration::ZERO, NEVER_CUT_SHORT);
        answer(&stream).expect("it answers");
    }
    assert!(server.cpu_time().expect("it has a clock") > before);
}

#[test]
fn dropping_it_ends_its_thread_and_its_connections() {
    let server = Server::start().expect("it starts");
    let stream = client(&server);
    ask(&stream, LONG, NEVER_CUT_SHORT);
    check_alive(&server);
    let began = Instant::now();
    drop(server);
    check_closed(&stream);
    assert!(began.elapsed() < LONG, "it waited for the answer that was due");
}
