//! For tests: a child that decodes as the desk's own does, or that does after its confinement what it is told to try.

#![allow(clippy::expect_used, reason = "a test program may panic")]

use std::io::Write;
use std::process::ExitCode;

use proofdesk_decoder::worker;

fn main() -> ExitCode {
    let wish = std::env::args().nth(1).unwrap_or_default();
    if wish == "decode" {
        return if worker::run().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let parts = worker::confine().expect("the child is confined");
    assert!(parts.all(), "{parts}");
    // Seen by the test: what follows was tried from within.
    let mut output = std::io::stdout().lock();
    output.write_all(b"confined\n").expect("the pipe is open");
    output.flush().expect("the pipe is open");
    attempt(&wish);
    output.write_all(b"survived\n").expect("the pipe is open");
    output.flush().expect("the pipe is open");
    ExitCode::SUCCESS
}

fn attempt(wish: &str) {
    match wish {
        "nothing" => {}
        "open" => drop(std::fs::File::open("/etc/passwd")),
        "write" => drop(std::fs::File::create("/proofdesk-written")),
        "connect" => drop(std::net::UdpSocket::bind("127.0.0.1:0")),
        "fork" => drop(std::process::Command::new("/bin/true").spawn()),
        "thread" => drop(std::thread::Builder::new().spawn(|| ())),
        "signal" => drop(rustix::process::kill_process(
            rustix::process::Pid::from_raw(1).expect("a number"),
            rustix::process::Signal::CONT,
        )),
        "stderr" => drop(std::io::stderr().write_all(b"x")),
        "memory" => {
            let mut kept = Vec::new();
            for _ in 0..300 {
                kept.push(vec![1_u8; 1 << 20]);
            }
            assert_eq!(kept.len(), 300);
        }
        "processor" => while std::hint::black_box(true) {},
        other => panic!("no such wish: {other}"),
    }
}
