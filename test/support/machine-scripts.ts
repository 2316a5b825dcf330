import { HUGE_PAGES_NOW } from '../../src/domain/kernel-settings.ts';

/** In $1: the files of this machine under those of another one, which are gone with its last process. */
export const LAYERS = `
mount -t tmpfs -o mode=755 tmpfs "$1"
cd "$1"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" root
`;

/** What is not to be changed is shared: processes, devices and, in $2, the files of the tests. Settings of the kernel are files of its own. */
export const KERNEL = `
mount --rbind /proc root/proc
mount --rbind /sys root/sys
mount --rbind /dev root/dev
mount --bind "$2" "root$2"
mount -t tmpfs -o mode=755 tmpfs root/run
for setting in vm/overcommit_memory=0 vm/swappiness=60 net/core/somaxconn=4096 net/ipv4/tcp_max_syn_backlog=4096; do
  echo "\${setting#*=}" > setting
  name=\${setting%=*}
  mkdir -p "kernel/\${name%/*}"
  mv setting "kernel/$name"
  mount --bind "kernel/$name" "root/proc/sys/$name"
done
mount -t tmpfs -o mode=755 tmpfs root/sys/kernel/mm
mkdir root/sys/kernel/mm/transparent_hugepage
echo 'always madvise [never]' > root${HUGE_PAGES_NOW}
`;

/** Packages that were only unpacked are installed on it, and an SSH server of its own is started on what $3 configures. */
export const PROGRAMS = `
config=$3
shift 3
for package; do
  for part in usr etc lib; do
    [ ! -d "$package/$part" ] || cp -a --no-preserve=ownership "$package/$part/." "root/$part/"
  done
done
chmod 4755 root/usr/bin/sudo
chmod 0440 root/etc/sudoers
mkdir -p root/run/sshd root/etc/sysctl.d root/etc/tmpfiles.d
chroot root getent passwd sshd >&2 || chroot root useradd --system --home-dir /run/sshd --shell /usr/sbin/nologin sshd
chroot root groupadd -f systemd-journal
exec chroot root /usr/sbin/sshd -D -e -f "$config"
`;

/** A file answers with what was written to it; the kernel says which of all that is. */
export const COPY = `#!/bin/sh
/usr/bin/cp.real "$@" || exit
[ "$2" = ${HUGE_PAGES_NOW} ] || exit 0
chosen=$(cat "$2")
echo 'always madvise never' | sed "s/$chosen/[$chosen]/" > "$2"
`;

/** What is to be as before after an undo, with a digest in front. */
export const STATE = `
cd /proc/sys
md5sum vm/overcommit_memory vm/swappiness net/core/somaxconn net/ipv4/tcp_max_syn_backlog ${HUGE_PAGES_NOW}
find /etc /usr/local -type f -exec md5sum {} +
`;
