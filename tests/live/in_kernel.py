#!/usr/bin/env python3
"""Run a command under another kernel, in a virtual machine:

    in_kernel.py [--cpus N] [--memory MB] [--seconds S] KERNEL COMMAND [ARG...]

KERNEL is a folder with what a distribution has in its packages of a kernel: an image
(boot/vmlinuz-* or vmlinuz beside the modules) and lib/modules; `dpkg -x` makes one of a
package. Nothing is installed and nothing is fetched.

The command sees this machine's files as they are, but for an empty /tmp (the folder in which
it is started stays), and may write where it likes: what it writes is in memory and gone
afterwards. It is root there, has no network but the loopback device, and its output comes out
here. Its exit status is handed on; 77 says that there can be no virtual machine, and why.
"""
import argparse
import lzma
import os
import re
import shlex
import shutil
import stat
import struct
import subprocess
import sys
import tempfile

SKIPPED = 77
EMULATOR = "qemu-system-x86_64"
# What it takes to see this machine's files; what an image has built in is not looked for.
MODULES = ["virtio_pci", "9pnet_virtio", "9p", "overlay"]
# And what the command may need: found, or left out.
EXTRAS = ["veth", "dummy", "sctp", "ipv6", "unix", "tun", "fuse", "nf_tables"]
STATUS = "in_kernel: exit status "

INIT = """#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in {modules}; do
	insmod /modules/$module || echo "in_kernel: $module cannot be loaded"
done
for module in {extras}; do
	insmod /modules/$module 2>/dev/null
done
mkdir -p /host /rw /new
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose host /host &&
mount -t tmpfs -o mode=755 tmpfs /rw &&
mkdir -p /rw/upper /rw/work &&
mount -t overlay -o lowerdir=/host,upperdir=/rw/upper,workdir=/rw/work overlay /new ||
	echo "in_kernel: this machine's files cannot be seen"
for folder in proc sys dev run; do
	mkdir -p /new/$folder
done
mount -t proc proc /new/proc
mount -t sysfs sys /new/sys
mount -t devtmpfs dev /new/dev
mount -t tmpfs tmpfs /new/run
mkdir -p /new/dev/pts /new/dev/shm
mount -t devpts devpts /new/dev/pts
mount -t tmpfs -o mode=1777 tmpfs /new/dev/shm
mount -t cgroup2 cgroup /new/sys/fs/cgroup
mount -t bpf bpf /new/sys/fs/bpf
mkdir -p /here
mount --bind /new{folder} /here
mount -t tmpfs -o mode=1777 tmpfs /new/tmp
mkdir -p /new{folder}
mount --bind /here /new{folder}
ip link set lo up
hostname tested
stty -F /dev/ttyS1 raw -echo
chroot /new /bin/sh -c {command} </dev/null >/dev/ttyS1 2>&1
echo "{status}$?"
poweroff -f
"""


class Impossible(Exception):
    """There can be no virtual machine."""


class Wrong(Exception):
    """What was asked for makes no sense."""


def find_image(folder):
    """The image in FOLDER, and where its modules are."""
    images, modules = [], None
    for top, folders, files in os.walk(folder):
        images += [os.path.join(top, f) for f in files if f.startswith("vmlinuz")]
        if os.path.basename(top) == "modules" and folders:
            modules = os.path.join(top, sorted(folders)[0])
            folders[:] = [f for f in folders if os.path.exists(os.path.join(top, f, "vmlinuz"))]
    if len(images) != 1 or not modules:
        raise Wrong(f"{folder}: {len(images)} images of kernels and "
                    f"{'some' if modules else 'no'} modules; one and some are needed")
    return images[0], modules


def module_bytes(path):
    """A module as the kernel takes it, unpacked."""
    with open(path, "rb") as f:
        data = f.read()
    if path.endswith(".xz"):
        return lzma.decompress(data)
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dc"], input=data, check=True,
                              stdout=subprocess.PIPE).stdout
    return data


class Modules:
    """The modules of a kernel, and in which order they have to be loaded."""

    def __init__(self, folder):
        self.paths, self.loaded = {}, {}
        for top, _, files in os.walk(os.path.join(folder, "kernel")):
            for name in files:
                if ".ko" in name:
                    key = name.split(".ko")[0].replace("-", "_")
                    self.paths[key] = os.path.join(top, name)

    def add(self, name):
        """Have NAME loaded, after what it depends on. Built-in ones are not there."""
        name = name.replace("-", "_")
        if name in self.loaded or name not in self.paths:
            return
        data = module_bytes(self.paths[name])
        found = re.search(rb"\0depends=([^\0]*)\0", data)
        for other in (found.group(1).decode().split(",") if found else []):
            self.add(other)
        self.loaded[name] = data


def entry(name, mode, data=b""):
    """A member of a cpio archive in the form that kernels unpack."""
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + name.encode() + b"\0"
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)


def first_files(busybox, modules, init):
    """The archive of what is there when the kernel has begun."""
    parts = [entry(d, stat.S_IFDIR | 0o755) for d in
             ["bin", "dev", "proc", "sys", "modules"]]
    with open(busybox, "rb") as f:
        parts.append(entry("bin/busybox", stat.S_IFREG | 0o755, f.read()))
    for tool in ["sh", "mount", "mkdir", "insmod", "ip", "hostname", "stty", "chroot",
                 "poweroff", "echo"]:
        parts.append(entry("bin/" + tool, stat.S_IFLNK | 0o777, b"busybox"))
    for name, data in modules.items():
        parts.append(entry("modules/" + name, stat.S_IFREG | 0o644, data))
    parts.append(entry("init", stat.S_IFREG | 0o755, init.encode()))
    return b"".join(parts) + entry("TRAILER!!!", 0)


def is_static(program):
    """Does PROGRAM need no other file?"""
    with open(program, "rb") as f:
        head = f.read(4096)
    if head[:5] != b"\x7fELF\x02":
        return False
    at, = struct.unpack_from("<Q", head, 32)
    size, count = struct.unpack_from("<HH", head, 54)
    kinds = [struct.unpack_from("<I", head, at + i * size)[0] for i in range(count)]
    return 3 not in kinds


def find_tools():
    """The emulator and busybox."""
    emulator, busybox = shutil.which(EMULATOR), shutil.which("busybox")
    if os.uname().machine != "x86_64":
        raise Impossible("this is not an x86-64 machine")
    if not emulator:
        raise Impossible(f"there is no {EMULATOR}")
    if not busybox or not is_static(busybox):
        raise Impossible("there is no busybox that needs no libraries")
    return emulator, busybox


def can_accelerate():
    """Can the processor run the machine? Where /dev/kvm has no processor behind it that can,
    it takes changed kernels only."""
    return os.access("/dev/kvm", os.R_OK | os.W_OK) and any(
        os.path.exists("/sys/module/" + name) for name in ["kvm_intel", "kvm_amd"])


def start(emulator, image, archive, said, options):
    """Run the machine to its end; what its first serial line tells goes to SAID."""
    command = [
        emulator, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-smp", str(options.cpus), "-m", str(options.memory),
        "-kernel", image, "-initrd", archive,
        "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
        "-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
        "-serial", "file:" + said, "-serial", "stdio",
    ]
    if can_accelerate():
        command += ["-accel", "kvm", "-cpu", "host,-arch-capabilities"]
    else:
        command += ["-accel", "tcg,thread=multi", "-cpu", "max,la57=off"]
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, check=False,
                       timeout=options.seconds)
    except subprocess.TimeoutExpired:
        print(f"in_kernel: stopped after {options.seconds} s", file=sys.stderr)


def status_of(said):
    """With what the command ended, as the machine told; None: it did not come to that."""
    with open(said, encoding="utf-8", errors="replace") as f:
        text = f.read()
    found = re.search(re.escape(STATUS) + r"(\d+)", text)
    if found:
        return int(found.group(1))
    sys.stderr.write(text[-4000:])
    return None


def run(options):
    """Exit status of the command."""
    emulator, busybox = find_tools()
    image, folder = find_image(options.kernel)
    modules, extras = Modules(folder), Modules(folder)
    for name in MODULES:
        modules.add(name)
    extras.loaded = dict(modules.loaded)
    for name in EXTRAS:
        extras.add(name)
    folder = os.getcwd()
    command = f"cd {shlex.quote(folder)} && exec {shlex.join(options.command)}"
    init = INIT.format(modules=" ".join(modules.loaded), status=STATUS,
                       extras=" ".join(n for n in extras.loaded if n not in modules.loaded),
                       command=shlex.quote(command), folder=shlex.quote(folder))
    with tempfile.TemporaryDirectory() as tmp:
        archive, said = os.path.join(tmp, "first"), os.path.join(tmp, "said")
        with open(archive, "wb") as f:
            f.write(first_files(busybox, extras.loaded, init))
        start(emulator, image, archive, said, options)
        status = status_of(said) if os.path.exists(said) else None
    if status is None:
        raise Wrong("the machine ended before the command did")
    return status


def main():
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Run a command under another kernel.")
    parser.add_argument("--cpus", type=int, default=2)
    parser.add_argument("--memory", type=int, default=2048, help="megabytes")
    parser.add_argument("--seconds", type=float, default=600, help="at most")
    parser.add_argument("kernel", help="a folder with an image and its modules")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("there is no command")
    try:
        return run(options)
    except Impossible as e:
        print(f"in_kernel: {e}", file=sys.stderr)
        return SKIPPED
    except (Wrong, OSError) as e:
        print(f"in_kernel: {e}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
