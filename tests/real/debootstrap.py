#!/usr/bin/env python3
"""A minimal Debian of another architecture set up by its own programs, in a chroot.

usage: debootstrap.py DRAGOMAN WORK

debootstrap of this machine fetches and unpacks the packages (its first stage); everything after
that is done by the guest's shell, dpkg, apt and perl, which the kernel starts through binfmt_misc
with a static dragoman that is not in the chroot.  What is installed in the end is compared with
the archive's own index.

The namespaces have a binfmt_misc, devices and process ids of their own (Linux 6.7), so nothing of
the machine is changed; where that cannot be had, or the mirror not be reached, all is skipped.
Needs root for one thing: a user namespace with more than one user in it.
"""
import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
import tap  # noqa: E402

SUITE, ARCH = "trixie", "riscv64"
TIMEOUT = 1500
IDS = 65536
NAMESPACES = ["unshare", "--user", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
# Waits until the identifiers are mapped; only then are the rights of root there again.
WAIT = 'echo ready; read go; exec "$@" </dev/null'

# Around each command, in the namespaces: the rule, the kernel's trees; $ROOT is then entered.
INSIDE = """
set -e
mkdir -p fs
mount -t binfmt_misc binfmt_misc fs
mount -t proc proc /proc
[ -n "$ROOT" ] || exec "$@"
"$SCRIPT" register --fs fs --flags PF --dragoman "$DRAGOMAN" >&2
mount -t proc proc "$ROOT/proc"
mount -t tmpfs -o mode=755 tmpfs "$ROOT/dev"
for device in null zero full random urandom tty console; do
    : >"$ROOT/dev/$device"
    mount --bind "/dev/$device" "$ROOT/dev/$device" || mount --bind /dev/null "$ROOT/dev/$device"
done
mkdir "$ROOT/dev/pts"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$ROOT/dev/pts"
ln -s pts/ptmx "$ROOT/dev/ptmx"
ln -s /proc/self/fd "$ROOT/dev/fd"
exec chroot "$ROOT" "$@"
"""

LOCAL_PACKAGE = r"""
set -e
mkdir -p /root/p/DEBIAN /root/p/usr/bin
cat >/root/p/DEBIAN/control <<END
Package: local-test
Version: 1.0-1
Architecture: all
Depends: perl-base, bash (>= 5)
Maintainer: nobody <nobody@localhost>
Description: installed by a test
END
printf '#!/bin/sh\necho "postinst $1" >>/root/log\n' >/root/p/DEBIAN/postinst
printf '#!/bin/bash\necho "postrm $1" >>/root/log\n' >/root/p/DEBIAN/postrm
printf '#!/usr/bin/perl\nprint "from perl, @ARGV\\n";\n' >/root/p/usr/bin/local-test
chmod 755 /root/p/DEBIAN/post* /root/p/usr/bin/local-test
dpkg-deb --root-owner-group --build /root/p /root/local.deb >/dev/null
apt-get -qq -o Dpkg::Use-Pty=0 install /root/local.deb >/dev/null </dev/null
local-test a b
dpkg-query -W -f '${Version} ${db:Status-Status}\n' local-test
dpkg --audit
dpkg --purge local-test >/dev/null
cat /root/log
[ ! -e /usr/bin/local-test ]
"""
LOCAL_RESULT = "from perl, a b\n1.0-1 installed\npostinst configure\npostrm remove\npostrm purge\n"

BASH = r"""
set -o pipefail
declare -A count
while IFS=: read -r name _ uid _; do (( count[$(( uid < 100 ))] += 1 )); done </etc/passwd
echo "$MACHTYPE ${#count[@]} $(wc -l < <(sort -u <(seq 1 50) <(seq 26 75)))"
trap 'echo caught' USR1; kill -USR1 $$
(exit 3) | cat; echo "${PIPESTATUS[*]} $?"
sleep 30 & kill $!; wait $! 2>/dev/null; echo $?
su nobody -s /bin/sh -c 'id -un; echo x >/root/x' 2>&1 | sed 's/^.*: //' || true
"""
BASH_RESULT = "riscv64-unknown-linux-gnu 2 75\ncaught\n3 0 3\n143\nnobody\nPermission denied\n"

PERL = r"""
use strict; use List::Util qw(sum); use POSIX qw(strftime); use Config;
my @words = map { my $n = $_ * 7919 % 1009; sprintf "%x", $n } 1 .. 1000;
my %seen; $seen{length $_}++ for @words;
print "$Config{archname} ", join(",", map { "$_:$seen{$_}" } sort keys %seen), "\n";
print sum(map { hex } @words), " ", strftime("%F", gmtime 86400 * 365), "\n";
defined(my $pid = open(my $out, "-|")) or die; if (!$pid) { exec "echo", "child" } print <$out>;
print `printf '%s' "\$0"`, " $?\n";
"""


def perl_result():
    words = [f"{n * 7919 % 1009:x}" for n in range(1, 1001)]
    lengths = {size: sum(len(word) == size for word in words) for size in map(len, words)}
    counts = ",".join(f"{size}:{lengths[size]}" for size in sorted(lengths))
    return (f"riscv64-linux-gnu-thread-multi {counts}\n{sum(int(w, 16) for w in words)} 1971-01-01\n"
            "child\nsh 0\n")


def load_guest_root():
    """scripts/guest-root as a module: it knows how to ask apt for the mirror."""
    path = str(SOURCE / "scripts/guest-root")
    loader = importlib.machinery.SourceFileLoader("guest_root", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("guest_root", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def find_mirror():
    try:
        return load_guest_root().debian_mirror()
    except SystemExit as error:
        raise tap.Skip(f"no mirror known: {error}")


def last_line(text):
    return (text.strip().splitlines() or ["(nothing said)"])[-1]


def in_namespaces(command, directory, environment):
    """The command's (status, standard output, standard error) with IDS users, all its own."""
    child = subprocess.Popen(
        [*NAMESPACES, "sh", "-c", WAIT, "sh", "sh", "-c", INSIDE, "sh", *map(str, command)],
        cwd=directory, env={**os.environ, **environment}, text=True, errors="backslashreplace",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        if child.stdout.readline() == "ready\n":
            for name in ("uid", "gid"):
                pathlib.Path(f"/proc/{child.pid}/{name}_map").write_text(f"0 0 {IDS}")
        out, error = child.communicate("go\n", timeout=TIMEOUT)
    finally:
        child.kill()
        child.wait()
    return child.returncode, out, error


class Bootstrap:
    def __init__(self, dragoman, work):
        self.work = pathlib.Path(work).resolve()
        self.root = self.work / "root"
        self.dragoman = pathlib.Path(dragoman).resolve()
        self.complaints = []            # about the second stage

    def inside(self, *command, root=True):
        environment = {"ROOT": str(self.root) if root else "", "DRAGOMAN": str(self.dragoman),
                       "SCRIPT": str(SOURCE / "scripts/binfmt"),
                       "container": "lxc"}      # no device nodes can be made in here
        if root:
            command = ("/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                       "LC_ALL=C.UTF-8", "TERM=dumb", "container=lxc", *command)
        return in_namespaces(command, self.work, environment)

    def probe(self):
        """Skip where the machine lacks what the test needs."""
        for tool in ("debootstrap", "unshare"):
            if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin"):
                raise tap.Skip(f"{tool} is not installed (scripts/install-deps bootstrap)")
        if os.geteuid() != 0:
            raise tap.Skip("only root can map the users of a Debian system into a namespace")
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        try:
            status, _, error = self.inside("true", root=False)
        except OSError as failure:
            raise tap.Skip(f"cannot map users into a namespace: {failure.strerror}")
        if status:
            raise tap.Skip("no namespaces with a binfmt_misc of their own (Linux 6.7): "
                           f"{last_line(error)}")

    def make_static(self):
        """The static build: dragoman itself is one, or one is built beside."""
        listed = subprocess.run(["readelf", "-lW", self.dragoman], capture_output=True, text=True)
        if "INTERP" not in listed.stdout:
            return
        build = self.work / "build"
        for command in ([SOURCE / "configure", "--static", "--disable-tests", "--build-dir", build],
                        ["ninja", "-C", build, "dragoman"]):
            done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        self.dragoman = build / "dragoman"

    def first_stage(self):
        """No program of the guest runs here: what fails is the network's or the mirror's."""
        cache = SOURCE / "roots/cache" / f"debootstrap-{SUITE}-{ARCH}"
        cache.mkdir(parents=True, exist_ok=True)
        command = ["debootstrap", "--foreign", "--variant=minbase", f"--arch={ARCH}",
                   f"--cache-dir={cache}", SUITE, self.root, find_mirror()]
        status, out, error = self.inside(*command, root=False)
        if status:
            raise tap.Skip(f"debootstrap's first stage: {last_line(out + error)}")

    def second_stage(self):
        """The whole set-up by the guest's own programs, with complaints."""
        status, out, error = self.inside("/debootstrap/debootstrap", "--second-stage")
        if status == 0 and out.endswith("I: Base system installed successfully.\n"):
            return []
        log = self.root / "debootstrap/debootstrap.log"
        text = log.read_text(errors="backslashreplace") if log.exists() else ""
        return [f"status {status}: {out[-1000:]}{error[-1000:]}", text[-3000:]]

    def index(self):
        """{name: stanza} of the archive's index, as debootstrap fetched it."""
        path, = (self.root / "var/lib/apt/lists").glob("*_Packages")
        stanzas = {}
        for stanza in path.read_text().strip().split("\n\n"):
            stanzas[stanza.partition("\n")[0].partition(": ")[2]] = stanza
        return stanzas


def field(stanza, name):
    for line in stanza.split("\n"):
        if line.startswith(f"{name}: "):
            return line.partition(": ")[2]
    return ""


def wants(result, output):
    status, out, error = result
    return [] if (status, out) == (0, output) else [f"status {status}, {out!r}, not {output!r}: "
                                                    f"{error[-2000:]}"]


def installed(bootstrap):
    """{name: (version, architecture)} as `dpkg -l` shows them, and complaints."""
    status, out, error = bootstrap.inside("sh", "-c", "COLUMNS=400 dpkg -l | cat")
    rows = [line.split(None, 4) for line in out.splitlines()[5:]]
    bad = [f"dpkg -l: status {status}: {error}"] if status else []
    bad += [f"{row[1]}: state {row[0]}" for row in rows if row[0] != "ii"]
    return {row[1].split(":")[0]: (row[2], row[3]) for row in rows}, bad


def check_versions(bootstrap):
    """dpkg lists what the index holds, and all that a Debian must have."""
    have, bad = installed(bootstrap)
    index = bootstrap.index()
    for name, (version, arch) in have.items():
        want = field(index.get(name, ""), "Version"), field(index.get(name, ""), "Architecture")
        if (version, arch) != want:
            bad.append(f"{name}: {version} {arch}, in the index {want}")
    required = {name for name, stanza in index.items() if field(stanza, "Priority") == "required"}
    if len(required) < 20 or required - set(have):
        bad.append(f"{len(required)} are required, missing {sorted(required - set(have))}")
    return bad


def check_audit(bootstrap):
    """Nothing is half installed, and every file has the checksum of its package."""
    return wants(bootstrap.inside("sh", "-c", "dpkg --audit && dpkg --verify"), "")


def check_apt(bootstrap):
    """apt-get's own version is the package's."""
    have, _ = installed(bootstrap)
    version = have["apt"][0]
    return wants(bootstrap.inside("sh", "-c", "apt-get --version | head -n1; apt-get check -qq"),
                 f"apt {version} ({ARCH})\n")


def check_apt_cache(bootstrap):
    """apt-cache, with an index it parses itself, prints the stanzas of all that is installed."""
    have, _ = installed(bootstrap)
    names, index = sorted(have), bootstrap.index()
    status, out, error = bootstrap.inside("apt-cache", "show", "--no-all-versions", *names)
    got = out.strip("\n").split("\n\n")
    if status or len(got) != len(names):
        return [f"status {status}, {len(got)} stanzas for {len(names)} packages: {error}"]
    return [f"{name} differs:\n{text}" for name, text in zip(names, got)
            if sorted(text.strip().split("\n")) != sorted(index[name].split("\n"))]


def check_local_package(bootstrap):
    """A package is built, installed by apt, used and purged."""
    return wants(bootstrap.inside("sh", "-c", LOCAL_PACKAGE), LOCAL_RESULT)


def check_bash(bootstrap):
    return wants(bootstrap.inside("/bin/bash", "-c", BASH), BASH_RESULT)


def check_perl(bootstrap):
    return wants(bootstrap.inside("/usr/bin/perl", "-we", PERL), perl_result())


def check_second_stage(bootstrap):
    return bootstrap.complaints


CASES = [check_second_stage, check_versions, check_audit, check_apt, check_apt_cache,
         check_local_package, check_bash, check_perl]


def main():
    bootstrap = Bootstrap(*sys.argv[1:3])
    try:
        bootstrap.probe()
        bootstrap.make_static()
        bootstrap.first_stage()
    except tap.Skip as reason:
        return tap.skip_all(reason)
    bootstrap.complaints = bootstrap.second_stage()
    status = tap.run_all(CASES, lambda case: case(bootstrap),
                         lambda case: case.__name__[len("check_"):])
    if status == 0:
        shutil.rmtree(bootstrap.work)
    return status


if __name__ == "__main__":
    sys.exit(main())
