/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest with something of most settings. */
#pragma once

#define GUEST \
  "<domain type='kvm'><name>g</name><uuid>1b4e28ba-2fa1-11d2-883f-0016d3cca427</uuid><memory unit='KiB'>262144</memory>" \
  "<memoryBacking><hugepages><page size='2048' unit='KiB' nodeset='0'/></hugepages></memoryBacking><vcpu placement='static'>4</vcpu>" \
  "<iothreads>1</iothreads><cputune><vcpupin vcpu='0' cpuset='2'/><vcpupin vcpu='1' cpuset='3'/><vcpupin vcpu='2' cpuset='4-5'/>" \
  "<vcpupin vcpu='3' cpuset='4-5'/><emulatorpin cpuset='0-1'/><iothreadpin iothread='1' cpuset='1'/></cputune>" \
  "<numatune><memory mode='strict' nodeset='0-1'/><memnode cellid='0' mode='strict' nodeset='0'/></numatune>" \
  "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><cpu mode='host-passthrough'><numa>" \
  "<cell id='0' cpus='0-1' memory='131072' unit='KiB'/><cell id='1' cpus='2-3' memory='131072' unit='KiB'/></numa></cpu></domain>"
