//! For tests: a child that decodes as the desk's own does, or that does after its confinement what it is told to try.

#![allow(clippy::expect_used, reason = "a test program may panic")]

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use proofdesk_decoder::worker;

fn main() -> ExitCode {
    let wish = std::env::args().nth(1).unwrap_or_default();
    if wish == "decode" {
        return if worker::run().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    if wish == "say" {
        say();
        return ExitCode::SUCCESS;
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

/// Says what it is told to, part of it once it has the file, and stays until it is ended.
fn say() {
    let told = |place: usize| {
        let hex = std::env::args().nth(place).expect("what is to be said").into_bytes();
        let digit = |byte: u8| char::from(byte).to_digit(16).expect("a digit") as u8;
        hex.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect::<Vec<u8>>()
    };
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    output.write_all(&told(2)).expect("the pipe is open");
    output.flush().expect("the pipe is open");
    // The head of the job's frame, its payload, and a file of one byte. The desk may have gone by now.
    let mut head = [0; 5];
    if input.read_exact(&mut head).is_err() {
        return;
    }
    let mut rest = vec![0; usize::from(head[1]) + 1];
    input.read_exact(&mut rest).expect("the job and the file");
    let _the_desk_hangs_up = output.write_all(&told(3)).and_then(|()| output.flush());
    let _end = input.read_to_end(&mut rest);
}

#[expect(clippy::disallowed_methods, reason = "it is tried so that it is seen to fail")]
fn attempt(wish: &str) {
    match wish {
        "nothing" => {}
        "open" => drop(std::fs::File::open("/etc/passwd")),
        "write" => drop(std::fs::File::create("/proofdesk-written")),
        "connect" => drop(std::net::UdpSocket::bind("127.0.0.1:0")),
        "connect by TCP" => drop(std::net::TcpStream::connect("127.0.0.1:9")),
        "listen" => drop(std::net::TcpListener::bind("127.0.0.1:0")),
        "connect by name" => drop(std::os::unix::net::UnixStream::connect("/run/nobody")),
        "pair" => drop(std::os::unix::net::UnixStream::pair()),
        "fork" => drop(Command::new("/bin/true").spawn()),
        "run" => drop(Command::new("/bin/true").exec()),
        "trace" => drop(nix::sys::ptrace::traceme()),
        "append" => drop(std::fs::OpenOptions::new().append(true).open("/dev/null")),
        "remove" => drop(std::fs::remove_file("/proofdesk-nothing")),
        "folder" => drop(std::fs::create_dir("/proofdesk-folder")),
        "list" => drop(std::fs::read_dir("/")),
        "look" => drop(std::fs::metadata("/etc/passwd")),
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
