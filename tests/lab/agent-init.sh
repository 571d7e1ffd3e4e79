#!/bin/busybox sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The first program of a NUMA host: the machine's own root, read-only over 9p, under an overlay in memory that
# begins as the host's seed.  Then the agent takes over as PID 1.
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
for module in $($bb cat /modules/order); do
  $bb insmod /modules/$module || echo "init: module $module did not load"
done
options=trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000,noatime
$bb mount -t 9p -o $options root /lower || exec $bb sh
$bb mount -t tmpfs -o mode=755 tmpfs /overlay
$bb mkdir /overlay/work
$bb mv /seed /overlay/upper
$bb mkdir -p /overlay/upper/lab
$bb mv /bin/agent /overlay/upper/lab/agent
$bb mount -t overlay -o lowerdir=/lower,upperdir=/overlay/upper,workdir=/overlay/work overlay /root || exec $bb sh

$bb ip link set lo up
$bb ip link set eth0 up
$bb ip address add $lab_address dev eth0
$bb hostname $lab_name

cd /root
$bb mount -t devtmpfs -o mode=755 devtmpfs dev
$bb mkdir -p dev/pts dev/shm
$bb ln -s /proc/self/fd dev/fd
$bb ln -s fd/0 dev/stdin
$bb ln -s fd/1 dev/stdout
$bb ln -s fd/2 dev/stderr
$bb mount -t devpts devpts dev/pts
$bb mount -t tmpfs tmpfs dev/shm
for hidden in root run tmp var/lib/libvirt var/log var/tmp; do
  $bb mount -t tmpfs -o mode=755 tmpfs $hidden
done
$bb mount --move /proc proc
$bb mount --move /sys sys
exec $bb env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 $bb switch_root /root /lab/agent $lab_port /bin/busybox sh /lab/services
