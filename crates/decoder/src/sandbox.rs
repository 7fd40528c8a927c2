//! What a child gives up before it reads a byte.

use std::collections::BTreeMap;
use std::io;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus, Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

/// The memory that a child may take, its program included: 256 MiB.
const MEMORY: u64 = 256 * 1024 * 1024;
/// The processor time of all jobs of a child together, in seconds. Each job alone has a smaller one, set by the desk.
pub(crate) const PROCESSOR: u64 = 3_600;
/// No descriptor above this is ever open here.
const DESCRIPTORS: i32 = 4_096;

/// Which of the parts that a kernel may lack keep a child in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Landlock: no file, no address can be opened.
    pub landlock: bool,
    /// seccomp: no system call but a few can be made.
    pub seccomp: bool,
}

impl Parts {
    /// Whether nothing lacks.
    pub fn all(self) -> bool {
        self.landlock && self.seccomp
    }
}

impl std::fmt::Display for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match (self.landlock, self.seccomp) {
            (true, true) => "Landlock and seccomp keep decoders in",
            (false, true) => {
                "the kernel lacks Landlock (Linux 5.13 or newer, with landlock in its lsm= list)"
            }
            (true, false) => "the kernel lacks seccomp filters",
            (false, false) => "the kernel lacks Landlock and seccomp filters",
        })
    }
}

/// Gives up everything that decoding doesn't need. What every kernel has is an error if it fails; what one may lack is told.
pub(crate) fn confine() -> io::Result<Parts> {
    one_thread()?;
    close_all_others();
    std::env::set_current_dir("/")?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(of_system)?;
    rustix::thread::set_no_new_privs(true).map_err(of_system)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::As, MEMORY)?;
    limit(Resource::Cpu, PROCESSOR)?;
    let landlock = close_files_and_addresses();
    limit(Resource::Nproc, 0)?;
    limit(Resource::Nofile, 3)?;
    let seccomp = close_system_calls();
    Ok(Parts { landlock, seccomp })
}

/// The two filters hold for the thread that sets them: there must be no other.
fn one_thread() -> io::Result<()> {
    let threads = std::fs::read_dir("/proc/self/task")?.count();
    if threads == 1 { Ok(()) } else { Err(io::Error::other(format!("{threads} threads"))) }
}

/// Closes whatever was left open by whoever started the desk. Nothing in this process owns a descriptor but the first three.
fn close_all_others() {
    for descriptor in 3..DESCRIPTORS {
        let _not_open = nix::unistd::close(descriptor);
    }
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).map_err(of_system)
}

fn of_system(error: rustix::io::Errno) -> io::Error {
    io::Error::from_raw_os_error(error.raw_os_error())
}

/// No file below any path can be opened, made, run or removed, no address bound or connected to, no other process reached.
fn close_files_and_addresses() -> bool {
    // The newest rules that this program knows, or as many of them as the kernel does.
    let newest = ABI::V6;
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(newest))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(newest)))
        .and_then(|rules| rules.scope(Scope::from_all(newest)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    ruleset.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}

/// From here on, a system call that isn't in the list ends the process.
fn close_system_calls() -> bool {
    filter().is_some_and(|program| seccompiler::apply_filter(&program).is_ok())
}

fn filter() -> Option<BpfProgram> {
    let architecture = std::env::consts::ARCH.try_into().ok()?;
    let filter = SeccompFilter::new(calls()?, SeccompAction::KillProcess, SeccompAction::Allow, architecture);
    filter.ok()?.try_into().ok()
}

/// The system calls that stay: reading the one pipe and writing the other, memory without a file behind it and without
/// code in it, and what ends a process.
fn calls() -> Option<BTreeMap<i64, Vec<SeccompRule>>> {
    let equals = |argument, length, value| SeccompCondition::new(argument, length, SeccompCmpOp::Eq, value);
    let only = |condition: SeccompCondition| SeccompRule::new(vec![condition]).ok().map(|rule| vec![rule]);
    let descriptor = |number| only(equals(0, SeccompCmpArgLen::Dword, number).ok()?);
    let masked = |argument, mask: i32, value: i32| {
        let mask = SeccompCmpOp::MaskedEq(mask as u64);
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, mask, value as u64).ok()
    };
    let no_code = masked(2, libc::PROT_EXEC, 0)?;
    let no_file = masked(3, libc::MAP_ANONYMOUS, libc::MAP_ANONYMOUS)?;
    let mut calls = BTreeMap::from([
        (libc::SYS_read, descriptor(0)?),
        (libc::SYS_write, descriptor(1)?),
        (libc::SYS_mmap, vec![SeccompRule::new(vec![no_code.clone(), no_file]).ok()?]),
        (libc::SYS_mprotect, only(no_code)?),
    ]);
    let always = [
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigaction,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_clock_gettime,
        libc::SYS_getrandom,
    ];
    calls.extend(always.map(|call| (call, Vec::new())));
    Some(calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_can_be_made_for_this_machine() {
        assert!(filter().is_some());
    }

    #[test]
    fn nothing_opens_starts_or_connects() {
        let calls = calls().expect("the list");
        let files = [libc::SYS_openat, libc::SYS_openat2, libc::SYS_unlinkat, libc::SYS_memfd_create];
        let processes =
            [libc::SYS_clone, libc::SYS_clone3, libc::SYS_execve, libc::SYS_execveat, libc::SYS_kill];
        let others =
            [libc::SYS_ptrace, libc::SYS_process_vm_readv, libc::SYS_process_vm_writev, libc::SYS_tgkill];
        let addresses = [libc::SYS_socket, libc::SYS_socketpair, libc::SYS_connect, libc::SYS_bind];
        let ways = [
            libc::SYS_ioctl,
            libc::SYS_prctl,
            libc::SYS_bpf,
            libc::SYS_io_uring_setup,
            libc::SYS_userfaultfd,
        ];
        for call in [&files[..], &processes, &others, &addresses, &ways].concat() {
            assert!(!calls.contains_key(&call), "{call}");
        }
    }

    /// Landlock holds for the thread that asks for it, so that it can be tried without the filter of system calls, which
    /// would end the test.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "it is tried so that it is seen to fail")]
    fn landlock_alone_closes_files_and_addresses() {
        let tried = std::thread::spawn(|| {
            rustix::thread::set_no_new_privs(true).expect("no new privileges");
            assert!(close_files_and_addresses(), "this kernel has Landlock");
            let path = std::env::temp_dir().join(format!("proofdesk-landlock-{}", std::process::id()));
            [
                std::fs::File::open("/etc/passwd").map(drop),
                std::fs::File::create(&path).map(drop),
                std::fs::read_dir("/").map(drop),
                std::fs::create_dir(&path),
                std::process::Command::new("/bin/true").status().map(drop),
                std::net::TcpStream::connect("127.0.0.1:9").map(drop),
                std::net::TcpListener::bind("127.0.0.1:0").map(drop),
            ]
        });
        for (number, outcome) in tried.join().expect("a thread").into_iter().enumerate() {
            assert_eq!(
                outcome.map_err(|error| error.kind()),
                Err(io::ErrorKind::PermissionDenied),
                "{number}"
            );
        }
    }
}
