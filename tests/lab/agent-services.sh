# SPDX-License-Identifier: LGPL-2.1-or-later
# What runs on a NUMA host: a bus, a log, libvirtd.  Started once by the agent.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /run/lab /run/pinlab /run/dbus /run/lock /run/libvirt /var/log/libvirt/qemu /lab/drivers
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for word in $(cat /proc/cmdline); do
  case $word in
    hugepagesz=*)
      mkdir -p "/dev/hugepages${word#*=}"
      mount -t hugetlbfs -o "pagesize=${word#*=}" hugetlbfs "/dev/hugepages${word#*=}";;
    lab_kvm) modprobe kvm_amd;;
    lab_offline=*) echo 0 >"/sys/devices/system/cpu/cpu${word#*=}/online";;
  esac
done
rm -rf /etc/libvirt/qemu /var/lib/dbus/machine-id
ln -s /usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so /lab/drivers/
syslogd -O /var/log/syslog

dbus-daemon --system --nofork --nopidfile >>/var/log/dbus.stderr 2>&1 </dev/null &
echo $! >/run/lab/dbus.pid
while [ ! -S /run/dbus/system_bus_socket ]; do usleep 20000; done

/lab/libvirtd >>/var/log/libvirtd.stderr 2>&1 </dev/null &
libvirtd=$!
echo $libvirtd >/run/lab/libvirtd.pid
wait $libvirtd
echo "libvirtd ended: $?" >/run/lab/failed
