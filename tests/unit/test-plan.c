/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of a guest on a host: guests as XML, hosts in a line, answers in a line. */
#include "core/judge.h"
#include "core/plan.h"
#include "core/tenancy.h"
#include "format/domain-read.h"
#include "format/synthetic.h"

#include <string.h>

#define UUID "6f1c2d3e-0000-4000-8000-000000000001"

typedef struct
{
  const char *name;
  const char *machine;
  const char *guest;
  const char *host;     /* NULL: one node without pools */
  const char *answer;
  const char *given;
} OldCase;

typedef struct
{
  const char *name;
  const char *guest;    /* what stands in the domain beside name, memory (512 MiB) and machine */
  const char *home;     /* the host that the original was written on; NULL: nobody knows */
  const char *host;
  const char *taken;    /* CPUs of the host that are another guest's own */
  const char *reserved;
  const char *policy;   /* "SETTING=ACTION,ACTION threads=require ..."; NULL: the defaults */
  const char *answer;   /* verdict, and each setting that the guest has */
  const char *given;    /* the placement, or the remedy of a refusal */
} Case;

#define PINNED "<vcpu>4</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/></cputune>"
#define TWO_NODES "node:2 core:4 mem:4G huge2M:512"
#define ONE_NODE "node:1 core:4 mem:4G"
#define SMT "node:1 core:4 thread:2 mem:4G"
#define CELLS "<cpu><numa><cell id='0' cpus='0' memory='256' unit='MiB'/><cell id='1' cpus='1' memory='256' unit='MiB'/></numa></cpu>"

#define ONE_PAGED "node:1 core:4 mem:4G huge2M:512"
#define PAGES_ON_1 "<memoryBacking><hugepages/></memoryBacking><numatune><memory mode='strict' nodeset='1'/></numatune>"
#define PINNED_CACHE "<vcpu>4</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/><cachetune vcpus='0-1'>" \
                     "<cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>"
#define PLAIN_DIMM "<cpu><numa><cell id='0' cpus='0-3' memory='256' unit='MiB'/></numa></cpu><devices><memory model='dimm'>" \
                   "<target><size unit='MiB'>256</size><node>0</node></target></memory></devices>"
#define DIMM_ON_1 "<cpu><numa><cell id='0' cpus='0-3' memory='256' unit='MiB'/></numa></cpu><devices><memory model='dimm'><source>" \
                  "<pagesize unit='KiB'>2048</pagesize><nodemask>1</nodemask></source><target><size unit='MiB'>256</size><node>0</node>" \
                  "</target></memory></devices>"

static const Case cases[] = {
  { "keeps-what-holds", PINNED, TWO_NODES, TWO_NODES, "", "", NULL, "keep: vcpu-pins keep", "0:4 1:5" },
  { "keeps-by-numbers-without-a-home", PINNED, NULL, TWO_NODES, "", "", NULL, "keep: vcpu-pins keep", "0:4 1:5" },
  { "leaves-an-untuned-guest", "<vcpu>2</vcpu>", NULL, ONE_NODE, "", "", NULL, "keep", "" },
  { "keeps-untuned-guests-off-others-cpus", "<vcpu>2</vcpu>", NULL, ONE_NODE, "1", "", "keep-off-reserved", "adapt: vcpu-pins remap",
    "0,2-3" },
  { "remaps-pins-to-cpus-that-are-there", PINNED, TWO_NODES, ONE_NODE, "", "", NULL, "adapt: vcpu-pins remap", "0:0 1:1" },
  { "remaps-without-a-home-too", PINNED, NULL, ONE_NODE, "", "", NULL, "adapt: vcpu-pins remap", "0:0 1:1" },
  { "moves-only-the-pin-that-is-taken", PINNED, TWO_NODES, TWO_NODES, "4", "", NULL, "adapt: vcpu-pins remap", "0:6 1:5" },
  { "stays-on-the-node-that-has-room", PINNED, TWO_NODES, TWO_NODES, "4-6", "", NULL, "adapt: vcpu-pins remap", "0:0 1:1" },
  { "never-gives-reserved-cpus", PINNED, TWO_NODES, ONE_NODE, "", "0-1", NULL, "adapt: vcpu-pins remap", "0:2 1:3" },
  { "keeps-siblings-together",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='5'/></cputune>", SMT, SMT, "1", "", NULL,
    "adapt: vcpu-pins remap", "0:0 1:4" },
  { "keeps-cores-apart",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>", SMT, SMT, "1", "", NULL,
    "adapt: vcpu-pins remap", "0:5 1:2" },
  { "gives-siblings-a-core-each-without-smt",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='5'/></cputune>", SMT, ONE_NODE, "", "",
    NULL, "adapt: vcpu-pins remap", "0:0 1:1" },
  { "gives-cores-a-core-each-with-smt",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='5'/></cputune>", "node:1 core:8 mem:4G", SMT, "", "",
    NULL, "adapt: vcpu-pins remap", "0:0 1:1" },
  { "seats-nodes-whose-cores-are-unlike", "<vcpu>8</vcpu><cputune><vcpupin vcpu='0' cpuset='20'/><vcpupin vcpu='1' cpuset='44'/>"
    "<vcpupin vcpu='2' cpuset='21'/><vcpupin vcpu='3' cpuset='45'/><vcpupin vcpu='4' cpuset='22'/><vcpupin vcpu='5' cpuset='46'/>"
    "<vcpupin vcpu='6' cpuset='70'/><vcpupin vcpu='7' cpuset='23'/></cputune>", "node:12 core:2 thread:4 mem:4G",
    "node:2 core:2 thread:4 mem:4G", "5,9-15", "", NULL, "adapt: vcpu-pins remap", "0:2 1:6 2:3 3:7 4:0 5:4 6:8 7:1" },
  { "knows-that-renumbered-cpus-are-others",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='5'/></cputune>", SMT,
    "node:2 core:4 mem:4G", "", "", NULL, "adapt: vcpu-pins remap", "0:0 1:1" },
  { "weakens-to-the-node-when-cpus-are-few",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/></cputune>", TWO_NODES, ONE_NODE,
    "0-2", "", NULL, "adapt: vcpu-pins weaken", "0:3 1:3" },
  { "strips-when-no-cpu-is-nobodys",
    "<vcpu>2</vcpu><cputune><emulatorpin cpuset='4'/></cputune>", TWO_NODES, ONE_NODE, "0-3", "", NULL,
    "adapt: emulator-pins strip", "" },
  { "refuses-pins-where-every-cpu-is-anothers", "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='0-1'/></cputune>", ONE_NODE,
    ONE_NODE, "0-3", "", NULL, "refuse: vcpu-pins refuse", "free 2 CPUs on node 0" },
  { "refuses-what-the-policy-forbids", PINNED, TWO_NODES, ONE_NODE, "0-2", "", "vcpu-pins=keep,remap",
    "refuse: vcpu-pins refuse", "free 1 CPU on node 0, or allow weaken for vcpu-pins in the policy" },
  { "names-pages-alone-where-they-alone-stand-in-the-way",
    "<vcpu>1</vcpu><memoryBacking><hugepages/></memoryBacking><numatune><memory mode='strict' nodeset='1'/></numatune>",
    TWO_NODES, ONE_NODE, "", "", "hugepages=keep", "refuse: hugepages refuse, numa-memory remap",
    "free 256 pages of 2 MiB on node 0, or allow strip for hugepages in the policy" },
  { "names-nodes-alone-where-they-alone-stand-in-the-way",
    "<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='1'/></numatune>", TWO_NODES, "node:1 core:4 mem:300M", "", "",
    "numa-memory=keep,remap", "refuse: numa-memory refuse, memory warn",
    "free 212 MiB on node 0, or allow weaken for numa-memory in the policy" },
  { "names-memory-to-free-that-is-enough", "<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='1'/></numatune>", TWO_NODES,
    "node:1 core:4 mem:307000K", "", "", "numa-memory=keep,remap", "refuse: numa-memory refuse, memory warn",
    "free 213 MiB on node 0, or allow weaken for numa-memory in the policy" },
  { "has-no-cpu-freed-for-an-emulator-that-shares", PINNED, TWO_NODES, TWO_NODES, "", "", "emulator=share emulator-pins=keep",
    "refuse: vcpu-pins keep, emulator-pins refuse", "allow remap for emulator-pins in the policy" },
  { "remaps-an-emulator", "<vcpu>1</vcpu><cputune><emulatorpin cpuset='7'/></cputune>", TWO_NODES, ONE_NODE, "", "", NULL,
    "adapt: emulator-pins remap", "e:0" },
  { "remaps-iothreads-beside-vcpus",
    "<vcpu>1</vcpu><iothreads>1</iothreads><cputune><vcpupin vcpu='0' cpuset='4'/><iothreadpin iothread='1' cpuset='5'/></cputune>",
    TWO_NODES, ONE_NODE, "", "", NULL, "adapt: vcpu-pins remap, iothread-pins remap", "0:0 i1:1" },
  { "leaves-its-emulator-its-cpus",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/><emulatorpin cpuset='0-1'/></cputune>",
    NULL, ONE_NODE, "", "", NULL, "adapt: vcpu-pins remap, emulator-pins keep", "0:2 1:3 e:0-1" },
  { "moves-its-emulator-off-its-own-cpus",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/><emulatorpin cpuset='0-1'/></cputune>",
    NULL, ONE_NODE, "2", "", NULL, "adapt: vcpu-pins remap, emulator-pins weaken", "0:3 1:0 e:1" },
  { "lets-vcpus-share-where-that-is-cheaper",
    "<vcpu>4</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/><vcpupin vcpu='2' cpuset='6'/>"
    "<vcpupin vcpu='3' cpuset='7'/><emulatorpin cpuset='3'/></cputune>",
    TWO_NODES, ONE_NODE, "", "", NULL, "adapt: vcpu-pins weaken, emulator-pins weaken", "0:0-3 1:0-3 2:0-3 3:0-3 e:0-3" },
  { "remaps-strict-memory", "<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='1'/></numatune>", TWO_NODES, ONE_NODE, "",
    "", NULL, "adapt: numa-memory remap", "m:strict=0" },
  { "takes-memory-where-its-cpus-go",
    "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/></cputune><numatune><memory mode='strict' nodeset='1'/></numatune>",
    TWO_NODES, TWO_NODES, "4-7", "", NULL, "adapt: numa-memory remap, vcpu-pins remap", "0:0 m:strict=0" },
  { "weakens-memory-to-preferred-on-a-full-node",
    "<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='1'/></numatune>", TWO_NODES, "node:2 core:4 mem:300M", "", "", NULL,
    "adapt: numa-memory weaken", "m:preferred=1" },
  { "puts-cells-on-one-node", "<vcpu>2</vcpu>" CELLS "<numatune><memnode cellid='0' mode='strict' nodeset='0'/>"
    "<memnode cellid='1' mode='strict' nodeset='1'/></numatune>", TWO_NODES, ONE_NODE, "", "", NULL,
    "adapt: numa-memory weaken", "n0:strict=0 n1:strict=0" },
  { "keeps-huge-pages", "<vcpu>1</vcpu><memoryBacking><hugepages/></memoryBacking>", TWO_NODES, TWO_NODES, "", "", NULL,
    "keep: hugepages keep", "p:0" },
  { "strips-huge-pages", "<vcpu>1</vcpu><memoryBacking><hugepages/></memoryBacking>", TWO_NODES, ONE_NODE, "", "", NULL,
    "adapt: hugepages strip", "" },
  { "takes-smaller-pages", "<vcpu>1</vcpu><memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>",
    NULL, TWO_NODES, "", "", NULL, "adapt: hugepages weaken", "p:2048" },
  { "keeps-shared-memory-off-the-disk",
    "<vcpu>1</vcpu><memoryBacking><hugepages/><access mode='shared'/></memoryBacking>", TWO_NODES, ONE_NODE, "", "", NULL,
    "refuse: hugepages refuse", "free 256 pages of 2 MiB on the host" },
  { "takes-off-fifo-where-cpus-are-shared",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/><vcpusched vcpus='0-1' scheduler='fifo' "
    "priority='1'/></cputune>", TWO_NODES, ONE_NODE, "0-2", "", NULL, "adapt: vcpu-pins weaken, scheduler strip", "0:3 1:3" },
  { "keeps-fifo-on-own-cpus",
    "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpusched vcpus='0' scheduler='fifo' priority='1'/></cputune>",
    TWO_NODES, ONE_NODE, "", "", NULL, "adapt: vcpu-pins remap, scheduler keep", "0:0 s" },

  /* An emulator of which the policy says where it runs. */
  { "gives-an-emulator-that-shares-the-vcpus-cpus", PINNED, TWO_NODES, TWO_NODES, "", "", "emulator=share",
    "adapt: vcpu-pins keep, emulator-pins remap", "0:4 1:5 e:4-5" },
  { "takes-fifo-off-an-emulator-that-shares", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><emulatorpin cpuset='5'/>"
    "<emulatorsched scheduler='fifo' priority='1'/></cputune>", TWO_NODES, TWO_NODES, "", "", "emulator=share",
    "adapt: vcpu-pins keep, emulator-pins remap, scheduler strip", "0:4 e:4" },
  { "keeps-an-emulator-that-shares-already", "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/>"
    "<emulatorpin cpuset='4-5'/></cputune>", TWO_NODES, TWO_NODES, "", "", "emulator=share",
    "keep: vcpu-pins keep, emulator-pins keep", "0:4 1:5 e:4-5" },
  { "moves-an-emulator-that-shares-with-the-vcpus", PINNED, TWO_NODES, ONE_NODE, "", "", "emulator=share",
    "adapt: vcpu-pins remap, emulator-pins remap", "0:0 1:1 e:0-1" },
  { "gives-an-isolated-emulator-a-cpu", PINNED, TWO_NODES, TWO_NODES, "", "", "emulator=isolate",
    "adapt: vcpu-pins keep, emulator-pins remap", "0:4 1:5 e:6" },
  { "keeps-an-emulator-that-is-isolated",
    "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><emulatorpin cpuset='7'/></cputune>",
    TWO_NODES, TWO_NODES, "", "", "emulator=isolate", "keep: vcpu-pins keep, emulator-pins keep", "0:4 e:7" },
  { "isolates-an-emulator-from-the-vcpus-it-shared",
    "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><emulatorpin cpuset='4'/></cputune>",
    TWO_NODES, TWO_NODES, "", "", "emulator=isolate", "adapt: vcpu-pins keep, emulator-pins remap", "0:4 e:5" },
  { "moves-an-emulator-beside-a-pin-that-may-not-stay", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><emulatorpin cpuset='1'/></cputune>",
    NULL, ONE_NODE, "", "", "vcpu-pins=remap", "adapt: vcpu-pins remap, emulator-pins remap", "0:0 e:0" },
  { "weakens-a-pin-beside-which-an-emulator-stays", "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='9'/>"
    "<emulatorpin cpuset='1'/></cputune>", NULL, ONE_NODE, "", "", "vcpu-pins=keep,weaken", "adapt: vcpu-pins weaken, emulator-pins remap",
    "0:0-3 1:0-3 e:1" },
  { "weakens-pins-for-an-emulator-that-is-isolated",
    "<vcpu>4</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/>"
    "<vcpupin vcpu='2' cpuset='2'/></cputune>", ONE_NODE, ONE_NODE, "3", "", "emulator=isolate",
    "adapt: vcpu-pins weaken, emulator-pins remap", "0:1-2 1:1-2 2:1-2 e:0" },
  { "has-an-emulator-that-shares-where-pages-go", PINNED PAGES_ON_1, TWO_NODES, TWO_NODES, "4-7", "", "emulator=share",
    "adapt: hugepages keep, numa-memory remap, vcpu-pins remap, emulator-pins remap", "0:0 1:1 e:0-1 m:strict=0 p:0" },
  { "has-an-isolated-emulator-where-pages-go", PINNED PAGES_ON_1, TWO_NODES, TWO_NODES, "4-7", "", "emulator=isolate",
    "adapt: hugepages keep, numa-memory remap, vcpu-pins remap, emulator-pins remap", "0:0 1:1 e:2 m:strict=0 p:0" },
  { "has-an-emulator-where-pages-go", "<vcpu>1</vcpu><cputune><emulatorpin cpuset='4-5'/></cputune>" PAGES_ON_1,
    TWO_NODES, ONE_PAGED,
    "", "", NULL, "adapt: hugepages keep, numa-memory remap, emulator-pins remap", "e:0-1 m:strict=0 p:0" },
  { "weakens-an-emulator-that-is-far-from-moved-pages",
    "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><emulatorpin cpuset='0-1'/></cputune>"
    PAGES_ON_1, TWO_NODES, TWO_NODES, "4-7", "", NULL,
    "adapt: hugepages keep, numa-memory remap, vcpu-pins remap, emulator-pins weaken", "0:2 e:0-1,3 m:strict=0 p:0" },
  { "keeps-an-emulator-that-is-far-from-pages-that-stay",
    "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><emulatorpin cpuset='0-1'/></cputune>"
    PAGES_ON_1, NULL, "node:2 core:4 mem:4G huge2M:512", "1", "", NULL,
    "keep: hugepages keep, numa-memory keep, vcpu-pins keep, emulator-pins keep", "0:0 e:0-1 m:strict=1 p:0" },

  /* Cores, nodes, and CPUs that two have written. */
  { "takes-whole-cores-where-they-are-required",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>",
    SMT, SMT, "", "", "threads=require", "adapt: vcpu-pins remap", "0:0 1:4" },
  { "refuses-whole-cores-without-smt",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>",
    SMT, ONE_NODE, "", "", "threads=require vcpu-pins=keep,remap", "refuse: vcpu-pins refuse",
    "allow weaken for vcpu-pins in the policy" },
  { "takes-whole-cores-of-many-widths", "<vcpu>3</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='5'/>"
    "<vcpupin vcpu='2' cpuset='2'/></cputune>", SMT, "node:2 core:4 thread:2 mem:4G", "1,4", "", "threads=require",
    "adapt: vcpu-pins remap", "0:0 1:8 2:2" },
  { "shares-a-core-where-that-is-preferred",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>",
    SMT, SMT, "1-2", "", "threads=prefer", "adapt: vcpu-pins remap", "0:0 1:4" },
  { "isolates-a-thread-from-the-sibling-that-is-taken", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/></cputune>", SMT, SMT, "5", "",
    "threads=isolate", "adapt: vcpu-pins remap", "0:0" },
  { "isolates-a-thread-from-its-emulator", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><emulatorpin cpuset='5'/></cputune>", SMT, SMT, "",
    "", "threads=isolate", "adapt: vcpu-pins keep, emulator-pins remap", "0:1 e:0" },
  { "isolates-threads-on-cores-of-their-own",
    "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='5'/></cputune>",
    SMT, SMT, "", "", "threads=isolate", "adapt: vcpu-pins remap", "0:0 1:1" },
  { "gives-the-only-node-to-whom-no-other-will-do", "<vcpu>5</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='4'/>"
    "<vcpupin vcpu='2' cpuset='8'/><vcpupin vcpu='3' cpuset='9'/><vcpupin vcpu='4' cpuset='10'/></cputune>", "node:3 core:4 mem:4G",
    "node:3 core:4 mem:4G", "4-6,8-10", "", NULL, "adapt: vcpu-pins remap", "0:7 1:11 2:0 3:1 4:2" },
  { "takes-the-lowest-node", PINNED, TWO_NODES, "node:3 core:4 mem:4G", "1,4-6", "", NULL, "adapt: vcpu-pins remap", "0:0 1:2" },
  { "takes-the-fullest-node-to-pack", PINNED, TWO_NODES, "node:3 core:4 mem:4G", "4-6,8", "", "spread=pack",
    "adapt: vcpu-pins remap",
    "0:9 1:10" },
  { "takes-the-emptiest-node-to-spread", PINNED, TWO_NODES, "node:3 core:4 mem:4G", "1,4-6", "", "spread=spread",
    "adapt: vcpu-pins remap", "0:8 1:9" },
  { "moves-one-beside-what-both-wrote", PINNED, TWO_NODES, TWO_NODES, "4", "5", "dedicated=as-written", "adapt: vcpu-pins remap", "0:4 1:6" },
  { "keeps-what-both-wrote", PINNED, TWO_NODES, TWO_NODES, "4", "", "dedicated=as-written", "keep: vcpu-pins keep", "0:4 1:5" },

  /* What goes along. */
  { "takes-cache-off-where-there-is-no-resctrl", PINNED_CACHE, TWO_NODES, TWO_NODES, "", "", NULL,
    "adapt: vcpu-pins keep, cache strip", "0:4 1:5" },
  { "takes-cache-off-with-pins-that-move", PINNED_CACHE, TWO_NODES, ONE_NODE, "", "", NULL, "adapt: vcpu-pins remap, cache strip",
    "0:0 1:1" },
  { "refuses-a-guest-whose-cache-must-stay", PINNED_CACHE, TWO_NODES, ONE_NODE, "", "", "cache=keep",
    "refuse: vcpu-pins remap, cache refuse", "allow strip for cache in the policy" },
  { "takes-fifo-off-an-emulator-without-a-cpu-of-its-own", "<vcpu>1</vcpu><cputune><emulatorpin cpuset='4-5'/>"
    "<emulatorsched scheduler='fifo' priority='1'/></cputune>", TWO_NODES, ONE_NODE, "", "", NULL,
    "adapt: emulator-pins remap, scheduler strip", "e:0-1" },
  { "keeps-fifo-of-an-emulator-on-its-own-cpu", "<vcpu>1</vcpu><cputune><emulatorpin cpuset='4'/>"
    "<emulatorsched scheduler='fifo' priority='1'/></cputune>", TWO_NODES, TWO_NODES, "", "", NULL,
    "keep: emulator-pins keep, scheduler keep", "e:4 es" },
  { "takes-all-schedulers-off-where-none-may-stay", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/>"
    "<vcpusched vcpus='0' scheduler='fifo' priority='1'/><emulatorsched scheduler='batch'/></cputune>", TWO_NODES, TWO_NODES, "",
    "",
    "scheduler=strip", "adapt: vcpu-pins keep, scheduler strip", "0:4" },
  { "keeps-page-sizes-of-what-may-be-migrated-post-copy", "<vcpu>1</vcpu><memoryBacking><hugepages/></memoryBacking>",
    TWO_NODES, ONE_NODE,
    "", "", "same-page-size", "refuse: hugepages refuse",
    "free 256 pages of 2 MiB on the host, or set page-size-change = yes in the policy" },
  { "leaves-devices-and-launch-security-alone", PINNED "<devices><hostdev mode='subsystem' type='pci'><source>"
    "<address domain='0' bus='1' slot='0' function='0'/></source></hostdev></devices><launchSecurity type='sev'/>",
    TWO_NODES, ONE_NODE,
    "", "", NULL, "adapt: vcpu-pins remap", "0:0 1:1" },
  { "refuses-a-host-that-the-policy-does-not-name", PINNED, TWO_NODES, TWO_NODES, "", "", "hosts=hostb,hostc",
    "refuse: vcpu-pins keep, memory refuse", NULL },
  { "refuses-for-memory-where-that-may-not-pass", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/></cputune>", ONE_NODE,
    "node:1 core:4 mem:300M", "", "", "memory=keep", "refuse: vcpu-pins keep, memory refuse",
    "free 212 MiB on the host, or allow warn for memory in the policy" },
  { "strips-memory-that-may-not-move", "<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='1'/></numatune>", TWO_NODES, ONE_NODE,
    "", "", "numa-memory=keep,strip", "adapt: numa-memory strip", "" },
  { "weakens-an-emulator-that-may-have-no-cpu-of-its-own", PINNED, TWO_NODES, TWO_NODES, "", "",
    "emulator=isolate emulator-pins=keep,weaken", "adapt: vcpu-pins keep, emulator-pins weaken", "0:4 1:5 e:6-7" },
  { "leaves-numad-its-cpus", "<vcpu placement='auto' cpuset='0-1'>2</vcpu><cputune><emulatorpin cpuset='4'/></cputune>", NULL, ONE_NODE, "", "",
    NULL, "adapt: emulator-pins remap", "e:0" },
  { "keeps-the-cpus-of-all-vcpus", "<vcpu cpuset='4-5'>2</vcpu>", TWO_NODES, TWO_NODES, "", "", NULL, "keep: vcpu-pins keep", "4-5" },
  { "moves-the-cpus-of-all-vcpus", "<vcpu cpuset='4-5'>2</vcpu>", TWO_NODES, ONE_NODE, "", "", NULL, "adapt: vcpu-pins remap", "0-1" },
  { "counts-a-dimm-without-a-word-of-its-own", PINNED PLAIN_DIMM, TWO_NODES, "node:2 core:4 mem:300M", "", "", "memory=keep",
    "keep: vcpu-pins keep", "0:4 1:5" },
  { "refuses-a-dimm-that-is-too-much", PINNED PLAIN_DIMM, TWO_NODES, "node:1 core:8 mem:300M", "", "", "memory=keep",
    "refuse: vcpu-pins keep, memory refuse", "free 212 MiB on the host, or allow warn for memory in the policy" },

  /* Memory that can be plugged. */
  { "keeps-a-dimm", PINNED DIMM_ON_1, TWO_NODES, TWO_NODES, "", "", NULL,
    "keep: hugepages keep, numa-memory keep, vcpu-pins keep", "0:4 1:5 d0:2048@1" },
  { "moves-a-dimm", PINNED DIMM_ON_1, TWO_NODES, ONE_PAGED, "", "", NULL,
    "adapt: hugepages keep, numa-memory remap, vcpu-pins remap", "0:0 1:1 d0:2048@0" },
  { "strips-a-dimm", PINNED DIMM_ON_1, TWO_NODES, ONE_NODE, "", "", "numa-memory=keep,strip",
    "adapt: hugepages strip, numa-memory strip, vcpu-pins remap", "0:0 1:1" },
  { "keeps-a-dimm-on-its-node-without-its-pages", PINNED DIMM_ON_1, TWO_NODES, "node:2 core:4 mem:700M", "", "", NULL,
    "adapt: hugepages strip, numa-memory keep, vcpu-pins keep", "0:4 1:5 d0:0@1" },
};

static PinDomain *
parse_guest_of (const char *machine, const char *inner)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>g</name><uuid>" UUID "</uuid>"
                                          "<memory unit='MiB'>512</memory><os><type arch='x86_64' machine='%s'>hvm</type>"
                                          "</os>%s</domain>", machine, inner);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static PinDomain *
parse_guest (const char *inner)
{
  return parse_guest_of ("pc-q35-7.2", inner);
}

static PinSnapshot *
make_host (const Case *c)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *host = pin_synthetic_parse (c->host, &error);
  PinTenant *other = pin_tenant_new ("other", "6f1c2d3e-0000-4000-8000-000000000002");

  g_assert_no_error (error);
  other->running = TRUE;
  pin_cpuset_free (other->dedicated);
  other->dedicated = pin_cpuset_parse (c->taken, NULL);
  g_ptr_array_add (host->domains, other);
  pin_cpuset_free (host->reserved);
  host->reserved = pin_cpuset_parse (c->reserved, NULL);
  return host;
}

static PinOriginal *
make_original (const Case *c, const PinDomain *domain)
{
  g_autoptr (PinSnapshot) home = c->home != NULL ? pin_synthetic_parse (c->home, NULL) : NULL;
  g_autoptr (PinTopology) shape = home != NULL ? pin_original_shape (home->topology, domain->placement) : NULL;

  return pin_original_from (domain->placement, shape != NULL ? pin_home_new ("uuid", "home", shape) : NULL);
}

static void
allow (PinTerms *terms, const char *word)
{
  g_auto (GStrv) parts = g_strsplit_set (word, "=,", -1);
  PinSetting setting;

  g_assert_true (pin_setting_from_name (parts[0], &setting));
  terms->actions[setting] = 0;
  for (guint i = 1; parts[i] != NULL; i++)
    {
      PinAction action;

      g_assert_true (pin_action_from_name (parts[i], &action));
      terms->actions[setting] |= 1u << action;
    }
}

/* A word of the policy that is no setting. */
static gboolean
set_word (PinTerms *terms, const char *word)
{
  g_auto (GStrv) parts = g_strsplit (word, "=", 2);

  if (g_str_equal (word, "keep-off-reserved"))
    return terms->keep_off_reserved = TRUE;
  if (g_str_equal (word, "same-page-size"))
    return !(terms->page_size_change = FALSE);
  if (g_str_equal (parts[0], "hosts"))
    return (terms->hosts = g_strsplit (parts[1], ",", -1)) != NULL;
  return (g_str_equal (parts[0], "threads") && pin_threads_from_name (parts[1], &terms->threads))
         || (g_str_equal (parts[0], "spread") && pin_spread_from_name (parts[1], &terms->spread))
         || (g_str_equal (parts[0], "emulator") && pin_emulator_from_name (parts[1], &terms->emulator))
         || (g_str_equal (parts[0], "dedicated") && pin_dedicated_from_name (parts[1], &terms->dedicated));
}

static PinTerms *
make_terms (const char *policy)
{
  g_auto (GStrv) words = g_strsplit (policy != NULL ? policy : "", " ", -1);
  PinTerms *terms = pin_terms_new ();

  for (guint i = 0; words[i] != NULL && words[i][0] != '\0'; i++)
    {
      if (!set_word (terms, words[i]))
        allow (terms, words[i]);
    }
  return terms;
}

static char *
answer_of (const PinPlan *plan)
{
  g_autoptr (GString) text = g_string_new (pin_verdict_name (plan->verdict));
  const char *separator = ": ";

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (plan->actions[setting] == PIN_ACTION_NONE)
        continue;
      g_string_append_printf (text, "%s%s %s", separator, pin_setting_name (setting), pin_action_name (plan->actions[setting]));
      separator = ", ";
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_set (GString *text, const char *key, const PinCpuset *set)
{
  g_autofree char *value = pin_cpuset_format (set);

  g_string_append_printf (text, "%s%s%s", text->len > 0 ? " " : "", key, value);
}

static void
add_pins (GString *text, const char *prefix, const GArray *pins)
{
  for (guint i = 0; i < pins->len; i++)
    {
      g_autofree char *key = g_strdup_printf ("%s%u:", prefix, g_array_index (pins, PinPin, i).id);

      add_set (text, key, g_array_index (pins, PinPin, i).cpuset);
    }
}

static void
add_memory (GString *text, const PinPlacement *placement)
{
  g_autofree char *key = g_strdup_printf ("m:%s=", pin_memory_mode_name (placement->memory_mode));

  if (placement->has_memory)
    add_set (text, placement->memory_auto ? "m:auto" : key, placement->memory_nodeset);
  for (guint i = 0; i < placement->memnode->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (placement->memnode, PinMemnode, i);
      g_autofree char *cell = g_strdup_printf ("n%u:%s=", memnode->cell, pin_memory_mode_name (memnode->mode));

      add_set (text, cell, memnode->nodeset);
    }
}

static char *
given_by (const PinPlan *plan)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const PinPlacement *placement = plan->placement;

  if (placement == NULL)
    return g_strdup (plan->remedy);
  if (placement->vcpu_cpuset != NULL)
    add_set (text, "", placement->vcpu_cpuset);
  add_pins (text, "", placement->vcpupin);
  if (placement->emulatorpin != NULL)
    add_set (text, "e:", placement->emulatorpin);
  add_pins (text, "i", placement->iothreadpin);
  add_memory (text, placement);
  for (guint i = 0; i < placement->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (placement->hugepages, PinPage, i);
      g_autofree char *cells = page->cells != NULL ? pin_cpuset_format (page->cells) : NULL;

      g_string_append_printf (text, "%sp:%" G_GUINT64_FORMAT "%s%s", text->len > 0 ? " " : "", page->size_kib,
                              cells != NULL ? "@" : "", cells != NULL ? cells : "");
    }
  for (guint i = 0; i < placement->dimm->len; i++)
    {
      const PinDimm *dimm = &g_array_index (placement->dimm, PinDimm, i);
      g_autofree char *key = g_strdup_printf ("d%u:%" G_GUINT64_FORMAT "@", dimm->index, dimm->page_kib);

      add_set (text, key, dimm->nodeset);
    }
  g_string_append (text, placement->vcpusched->len > 0 ? " s" : "");
  g_string_append (text, placement->emulatorsched != NULL ? " es" : "");
  g_string_append (text, placement->cachetune->len > 0 ? " c" : "");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What a record would not know as given by us would be taken for its owner's edit: a setting that is kept is as written. */
static void
assert_kept_as_written (const PinPlan *plan, const PinPlacement *written)
{
  for (guint setting = 0; plan->placement != NULL && setting < PIN_SETTING_N; setting++)
    {
      if (plan->actions[setting] <= PIN_ACTION_KEEP)
        g_assert_true (pin_placement_equal_in (plan->placement, written, setting));
    }
}

#define CELL_PAGES CELLS "<memoryBacking><hugepages><page size='2' unit='MiB' nodeset='0-1'/></hugepages></memoryBacking>"
#define CELL_BIG_PAGES CELLS "<memoryBacking><hugepages><page size='1' unit='GiB' nodeset='0-1'/></hugepages></memoryBacking>"
#define CELL_PLAIN_PAGES CELLS "<memoryBacking><hugepages><page size='4' unit='KiB' nodeset='0-1'/></hugepages></memoryBacking>"
#define CELL_MIXED_PAGES CELLS "<memoryBacking><hugepages><page size='4' unit='KiB' nodeset='0'/><page size='2' unit='MiB'/>" \
                               "</hugepages></memoryBacking>"
#define CELL_NODES CELLS "<numatune><memnode cellid='0' mode='strict' nodeset='0'/><memnode cellid='1' mode='strict' nodeset='1'/>" \
                         "</numatune>"

/* RAM blocks are named by their backends up to 5.0: pages for named cells, and memnodes, can't just go. */
static const OldCase old_cases[] = {
  { "drops-pages-of-cells-on-new-machine-types", "pc-q35-5.1", "<vcpu>2</vcpu>" CELL_PAGES, NULL, "adapt: hugepages strip", "" },
  { "keeps-backends-on-old-machine-types", "pc-q35-5.0", "<vcpu>2</vcpu>" CELL_PAGES, NULL,
    "adapt: hugepages strip, numa-memory weaken", "n0:strict=0 n1:strict=0" },
  { "widens-memnodes-on-old-machine-types", "pc-i440fx-4.2", "<vcpu>2</vcpu>" CELL_NODES, NULL, "adapt: numa-memory strip",
    "n0:strict=0 n1:strict=0" },
  { "drops-memnodes-on-new-machine-types", "pc-q35-7.2", "<vcpu>2</vcpu>" CELL_NODES, NULL, "adapt: numa-memory strip", "" },
  { "gives-backends-the-mode-of-all-memory", "pc-i440fx-5.0", "<vcpu>2</vcpu>" CELL_PAGES
    "<numatune><memory mode='restrictive' nodeset='0'/></numatune>", NULL, "adapt: hugepages strip, numa-memory weaken",
    "m:restrictive=0 n0:restrictive=0 n1:restrictive=0" },
  { "gives-backends-the-nodes-of-all-memory", "pc-i440fx-5.0", "<vcpu>2</vcpu>" CELL_PAGES
    "<numatune><memory mode='strict' nodeset='0'/></numatune>", "node:2 core:4 mem:4G",
    "adapt: hugepages strip, numa-memory weaken", "m:strict=0 n0:strict=0 n1:strict=0" },
  { "keeps-pages-named-that-give-backends", "pc-i440fx-5.0", "<vcpu>2</vcpu>" CELL_BIG_PAGES
    "<numatune><memory mode='strict' placement='auto'/></numatune>", TWO_NODES, "adapt: hugepages weaken",
    "m:auto p:2048@0-1" },
  { "names-no-pages-on-new-machine-types", "pc-q35-7.2", "<vcpu>2</vcpu>" CELL_BIG_PAGES, TWO_NODES, "adapt: hugepages weaken",
    "p:2048" },
  { "gives-no-backends-to-numads-memory", "pc-i440fx-5.0", "<vcpu>2</vcpu>" CELL_PAGES
    "<numatune><memory mode='strict' placement='auto'/></numatune>", NULL, "refuse: hugepages refuse",
    "free 256 pages of 2 MiB on the host" },
  { "gives-no-backends-to-numads-guest", "pc-i440fx-5.0", "<vcpu placement='auto'>2</vcpu>" CELL_PAGES, NULL,
    "refuse: hugepages refuse", "free 256 pages of 2 MiB on the host" },
  { "keeps-pages-that-are-ordinary-memory", "pc-i440fx-5.0", "<vcpu>2</vcpu>" CELL_PLAIN_PAGES, NULL, "keep", "p:4@0-1" },
  { "keeps-ordinary-memory-beside-huge-pages", "pc-i440fx-5.0", "<vcpu>2</vcpu>" CELL_MIXED_PAGES, TWO_NODES,
    "keep: hugepages keep", "p:4@0 p:2048" },
  { "gives-no-backends-to-cells-of-unlike-pages", "pc-i440fx-5.0", "<vcpu>2</vcpu><memoryBacking><hugepages><page size='1' unit='GiB'/>"
    "</hugepages></memoryBacking>" CELLS, "node:1 core:4 mem:8G huge1G:1 huge2M:512", "adapt: hugepages weaken", "p:2048" },
  { "keeps-the-file-that-pages-are", "pc-i440fx-3.1", "<vcpu>2</vcpu>" CELL_PAGES "<numatune><memnode cellid='0' mode='strict' "
    "nodeset='0'/><memnode cellid='1' mode='strict' nodeset='0'/></numatune>", "node:1 core:4 mem:8G",
    "refuse: hugepages refuse, numa-memory keep", "free 256 pages of 2 MiB on node 0" },
  { "may-lose-pages-that-are-no-file-there", "pc-i440fx-4.0", "<vcpu>2</vcpu>" CELL_PAGES "<numatune><memnode cellid='0' mode='strict' "
    "nodeset='0'/></numatune>", "node:1 core:4 mem:8G", "adapt: hugepages strip, numa-memory keep", "n0:strict=0" },
  { "gives-backends-all-nodes", "pc-i440fx-5.0", "<vcpu>2</vcpu>" CELL_PAGES, "node:2 core:4 mem:4G",
    "adapt: hugepages strip, numa-memory weaken", "n0:strict=0-1 n1:strict=0-1" },
};

static void
test_old (gconstpointer data)
{
  const OldCase *c = data;
  g_autoptr (PinDomain) domain = parse_guest_of (c->machine, c->guest);
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = make_terms ("numa-memory=keep,strip");
  g_autoptr (PinSnapshot) host = pin_synthetic_parse (c->host != NULL ? c->host : ONE_NODE, NULL);
  g_autoptr (PinPlan) plan = pin_plan (domain->guest, original, terms, host);
  g_autofree char *answer = answer_of (plan);
  g_autofree char *given = given_by (plan);

  g_assert_cmpstr (answer, ==, c->answer);
  g_assert_cmpstr (given, ==, c->given);
  assert_kept_as_written (plan, domain->placement);
}

/* Takes the CPUs from all nodes but the first @n_near. */
static void
take_cpus (PinSnapshot *host, guint n_near)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < host->topology->n_nodes; i++)
    pin_topology_builder_add_node (builder, host->topology->nodes[i].id, NULL, NULL);
  for (guint i = 0; i < host->topology->n_cpus; i++)
    {
      const PinCpu *cpu = &host->topology->cpus[i];

      if (cpu->node < n_near)
        pin_topology_builder_add_cpu (builder, cpu->id, cpu->node, 0, 0, cpu->id, NULL, TRUE);
    }
  pin_topology_unref (host->topology);
  host->topology = pin_topology_builder_end (builder, &error);
  g_assert_no_error (error);
}

static void
test_backends_are_near (void)
{
  g_autoptr (PinDomain) domain = parse_guest_of ("pc-i440fx-5.0", "<vcpu>2</vcpu>" CELL_PAGES);
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = make_terms (NULL);
  g_autoptr (PinSnapshot) host = pin_synthetic_parse ("node:3 core:2 mem:4G", NULL);
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *given = NULL;

  take_cpus (host, 2);
  host->memory[1].total_kib = host->memory[1].free_kib = 0;
  plan = pin_plan (domain->guest, original, terms, host);
  given = given_by (plan);
  g_assert_cmpstr (given, ==, "n0:strict=0 n1:strict=0");
}

/* Where the CPUs are without memory and the memory without CPUs, and others have the CPUs. */
static void
test_cpus_far_from_memory (void)
{
  Case c = { .home = TWO_NODES, .host = "node:2 core:4 mem:4G", .taken = "0-3", .reserved = "" };
  g_autoptr (PinDomain) domain = parse_guest (PINNED "<numatune><memory mode='strict' nodeset='1'/></numatune>");
  g_autoptr (PinOriginal) original = make_original (&c, domain);
  g_autoptr (PinTerms) terms = make_terms (NULL);
  g_autoptr (PinSnapshot) host = make_host (&c);
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *answer = NULL;

  take_cpus (host, 1);
  host->memory[0].total_kib = host->memory[0].free_kib = 0;
  plan = pin_plan (domain->guest, original, terms, host);
  answer = answer_of (plan);
  g_assert_cmpstr (answer, ==, "refuse: numa-memory keep, vcpu-pins refuse");
  g_assert_cmpstr (plan->remedy, ==, "free 2 CPUs on the host");
}

static void
test_no_memory (void)
{
  g_autoptr (PinDomain) domain = parse_guest ("<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='0'/></numatune>");
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = make_terms (NULL);
  g_autoptr (PinSnapshot) host = pin_synthetic_parse (ONE_NODE, NULL);
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *answer = NULL;

  host->memory[0].total_kib = host->memory[0].free_kib = 0;
  plan = pin_plan (domain->guest, original, terms, host);
  answer = answer_of (plan);
  g_assert_cmpstr (answer, ==, "refuse: numa-memory refuse, memory warn");
  g_assert_cmpstr (plan->remedy, ==, "free 512 MiB on node 0");
}

/* A DIMM that asks for ordinary memory in so many words goes on asking when its cell's pages change. */
static void
test_dimm_of_ordinary_memory (void)
{
  g_autoptr (PinDomain) domain = parse_guest (
      "<vcpu>2</vcpu>" CELL_PLAIN_PAGES "<devices><memory model='dimm'><source><pagesize unit='KiB'>4</pagesize></source>"
      "<target><size unit='MiB'>256</size><node>0</node></target></memory></devices>");
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = make_terms (NULL);
  g_autoptr (PinSnapshot) host = pin_synthetic_parse (ONE_NODE, NULL);
  g_autoptr (PinPlan) plan = pin_plan (domain->guest, original, terms, host);

  g_assert_cmpint (plan->verdict, ==, PIN_VERDICT_KEEP);
  g_assert_true (pin_placement_equal (plan->placement, domain->placement));
}

/* Whoever reads a reason learns from it what changed, and that something stood in the way. */
static void
assert_reasons_say_something (const PinPlan *plan)
{
  for (guint i = 0; i < plan->reasons->len; i++)
    {
      const PinReason *reason = g_ptr_array_index (plan->reasons, i);
      g_auto (GStrv) sides = g_strsplit (reason->text, " -> ", 2);

      g_test_message ("%s", reason->text);
      g_assert_cmpint (reason->code, !=, PIN_CODE_FITS);
      if (sides[1] == NULL)
        continue;
      g_assert_false (g_str_has_prefix (sides[1], sides[0]) && g_str_has_prefix (sides[1] + strlen (sides[0]), ": "));
    }
}

/* What ranks hosts makes no plan, and comes to the same verdict and cost. */
static void
assert_judged_alike (const PinDomain *domain, const PinOriginal *original, const PinTerms *terms, const PinSnapshot *host, const PinPlan *plan)
{
  g_autoptr (PinDemand) demand = pin_demand_new (domain->guest, original, terms, host->topology, NULL);
  g_autoptr (PinRoom) room = pin_room_new (host, domain->guest->uuid, terms);
  g_autoptr (PinSearch) search = pin_search_new (demand);
  PinOutcome outcome = pin_judge (search, room);

  if (terms->hosts != NULL || !pin_judge_can (demand))
    return;
  g_assert_cmpint (outcome.verdict, ==, plan->verdict);
  if (plan->verdict != PIN_VERDICT_REFUSE)
    g_assert_cmpuint (outcome.cost, ==, plan->cost);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinDomain) domain = parse_guest (c->guest);
  g_autoptr (PinOriginal) original = make_original (c, domain);
  g_autoptr (PinTerms) terms = make_terms (c->policy);
  g_autoptr (PinSnapshot) host = make_host (c);
  g_autoptr (PinPlan) plan = pin_plan (domain->guest, original, terms, host);
  g_autofree char *answer = answer_of (plan);
  g_autofree char *given = given_by (plan);

  g_assert_cmpstr (answer, ==, c->answer);
  g_assert_cmpstr (given, ==, c->given);
  assert_kept_as_written (plan, domain->placement);
  assert_reasons_say_something (plan);
  assert_judged_alike (domain, original, terms, host, plan);
}

typedef struct
{
  Case plan;            /* neither answer nor given */
  const char *setting;
  const char *reason;   /* "CODE: TEXT" */
} ReasonCase;

#define SIX_PINS "<vcpu>6</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/><vcpupin vcpu='2' cpuset='2'/>" \
                 "<vcpupin vcpu='3' cpuset='3'/><vcpupin vcpu='4' cpuset='4'/><vcpupin vcpu='5' cpuset='5'/></cputune>"
#define HIGH_PINS "<vcpu>16</vcpu><cputune><vcpupin vcpu='10' cpuset='0'/><vcpupin vcpu='11' cpuset='1'/><vcpupin vcpu='12' cpuset='2'/>" \
                  "<vcpupin vcpu='13' cpuset='3'/><vcpupin vcpu='14' cpuset='4'/><vcpupin vcpu='15' cpuset='5'/></cputune>"
#define SHARES "the policy has it share the vCPUs' CPUs (emulator = share)"
#define ISOLATES "the policy gives it a CPU of its own (emulator = isolate)"

static const ReasonCase reason_cases[] = {
  /* The policy's doing, where nothing is short. */
  { { "an-emulator-that-shares", PINNED, TWO_NODES, TWO_NODES, "", "", "emulator=share" },
    "emulator-pins", "policy: no pin -> 4-5: " SHARES },
  { { "an-emulator-that-shares-but-must-not-move", PINNED, TWO_NODES, TWO_NODES, "", "", "emulator=share emulator-pins=keep" },
    "emulator-pins", "policy: no pin: " SHARES ", and yet allows no remap for emulator-pins" },
  { { "an-emulator-that-shares-with-nobody", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><emulatorpin cpuset='5'/></cputune>",
      TWO_NODES, ONE_NODE, "", "", "emulator=share vcpu-pins=keep,strip" },
    "emulator-pins", "policy: 5 -> no pin: " SHARES ", which can't be had on the host" },
  { { "an-emulator-that-shares-far-from-its-pages", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/></cputune>" PAGES_ON_1, TWO_NODES,
      TWO_NODES, "", "", "emulator=share vcpu-pins=keep numa-memory=keep" },
    "emulator-pins", "policy: no pin -> 0,4-7: " SHARES ", and some of its pages are on nodes without these" },
  { { "an-emulator-that-is-isolated", PINNED, TWO_NODES, TWO_NODES, "", "", "emulator=isolate" },
    "emulator-pins", "policy: no pin -> 6: " ISOLATES },
  { { "an-emulator-that-is-isolated-but-must-not-move", PINNED, TWO_NODES, TWO_NODES, "", "", "emulator=isolate emulator-pins=keep,weaken" },
    "emulator-pins", "policy: no pin -> 6-7: " ISOLATES ", and yet allows no remap for emulator-pins" },
  { { "an-emulator-for-which-no-cpu-is-left", SIX_PINS, NULL, "node:1 core:7 mem:4G", "6", "", "emulator=isolate vcpu-pins=keep" },
    "emulator-pins", "policy: no pin: " ISOLATES ", which can't be had on node 0" },
  { { "pins-that-make-way-for-an-isolated-emulator", "<vcpu>3</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/>"
      "<vcpupin vcpu='2' cpuset='2'/></cputune>", ONE_NODE, ONE_NODE, "3", "", "emulator=isolate" },
    "vcpu-pins", "no-free-cpus: vCPU 0 on 0, 1 on 1, 2 on 2 -> vCPU 0 on 1-2, 1 on 1-2, 2 on 1-2: 4 CPUs wanted, 3 available on node 0" },
  { { "pins-that-go-to-whole-cores", "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>", SMT, SMT, "",
      "", "threads=require" },
    "vcpu-pins", "policy: vCPU 0 on 1, 1 on 2 -> vCPU 0 on 0, 1 on 4: CPUs as written can't be had with threads = require" },
  { { "pins-that-may-not-stay", PINNED, TWO_NODES, TWO_NODES, "", "", "vcpu-pins=weaken,strip" },
    "vcpu-pins", "policy: vCPU 0 on 4, 1 on 5: the policy allows no better than weaken for vcpu-pins" },
  { { "pages-that-may-not-stay", PAGES_ON_1, TWO_NODES, TWO_NODES, "", "", "hugepages=strip" },
    "hugepages", "policy: pages of default size -> ordinary memory: the policy allows no better than strip for hugepages" },
  { { "memory-that-may-not-stay", PAGES_ON_1, TWO_NODES, TWO_NODES, "", "", "numa-memory=strip" },
    "numa-memory", "policy: memory strict on node 1 -> memory anywhere: the policy allows no better than strip for numa-memory" },
  { { "schedulers-that-may-not-stay", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpusched vcpus='0' scheduler='fifo' "
      "priority='1'/></cputune>", TWO_NODES, TWO_NODES, "", "", "scheduler=strip" },
    "scheduler", "policy: fifo for vCPU 0 -> none: the policy allows no better than strip for scheduler" },
  { { "pins-that-may-not-move", PINNED, TWO_NODES, ONE_NODE, "", "", "vcpu-pins=keep,weaken" },
    "vcpu-pins", "cpu-missing: vCPU 0 on 4, 1 on 5 -> vCPU 0 on 0, 1 on 1: CPU 4 is not there; 2 CPUs wanted, 4 available on node 0; "
    "the policy allows nothing between keep and weaken" },
  { { "memory-that-may-not-move", PAGES_ON_1, TWO_NODES, ONE_PAGED, "", "", "numa-memory=keep,strip" },
    "numa-memory", "node-missing: memory strict on node 1 -> memory anywhere: there is no node 1 with memory here; "
    "512 MiB in pages of 2 MiB wanted, 1 GiB available on node 0; the policy allows nothing between keep and strip" },
  { { "an-emulator-that-must-reach-its-pages", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><emulatorpin cpuset='0-1'/></cputune>" PAGES_ON_1,
      TWO_NODES, "node:3 core:4 mem:4G huge2M:512", "4-7", "", NULL },
    "emulator-pins", "follows-cpus: 0-1 -> 0-3,9-11: it has to reach its pages, which are on other nodes" },

  /* What changed is named. */
  { { "a-dimm-that-moves", PINNED DIMM_ON_1, TWO_NODES, ONE_PAGED, "", "", NULL },
    "numa-memory", "node-missing: DIMM 0 on node 1 -> DIMM 0 on node 0: there is no node 1 with memory here; "
    "256 MiB in pages of 2 MiB wanted, 1 GiB available on node 0" },
  { { "a-dimm-that-goes-anywhere", PINNED DIMM_ON_1, TWO_NODES, ONE_NODE, "", "", "numa-memory=keep,strip" },
    "numa-memory", "node-missing: DIMM 0 on node 1 -> memory anywhere: there is no node 1 with memory here; "
    "256 MiB wanted, 4 GiB available on node 0; the policy allows nothing between keep and strip" },
  { { "a-dimm-without-its-pages", PINNED DIMM_ON_1, TWO_NODES, "node:2 core:4 mem:700M", "", "", NULL },
    "hugepages", "pages-missing: pages of 2 MiB for DIMM 0 -> ordinary memory: 128 pages of 2 MiB wanted, 0 free on node 1" },
  { { "the-pin-that-moves-among-many", HIGH_PINS, NULL, "node:1 core:8 mem:4G", "5", "", NULL },
    "vcpu-pins", "cpu-dedicated-to-other: vCPU 15 on 5 and 5 more -> vCPU 15 on 6 and 5 more: CPU 5 is another guest's own; "
    "6 CPUs wanted, 7 available on node 0" },
  { { "the-rest-that-moves-beside-many-pins", "<vcpu cpuset='7'>8</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/>"
      "<vcpupin vcpu='2' cpuset='2'/><vcpupin vcpu='3' cpuset='3'/><vcpupin vcpu='4' cpuset='4'/></cputune>", NULL, "node:1 core:8 mem:4G", "7",
      "", NULL },
    "vcpu-pins", "cpu-dedicated-to-other: vCPU 0 on 0, 1 on 1, 2 on 2, 3 on 3 and 1 more, the others on 7 -> vCPU 0 on 0, 1 on 1, 2 on 2, "
    "3 on 3 and 1 more, the others on 5: CPU 7 is another guest's own; 1 CPU wanted, 7 available on node 0" },
  { { "an-io-thread-without-a-cpu", "<vcpu>1</vcpu><iothreads>1</iothreads><cputune><iothreadpin iothread='1' cpuset='4'/></cputune>", TWO_NODES,
      ONE_NODE, "0-3", "", NULL },
    "iothread-pins", "no-free-cpus: I/O thread 1 on 4 -> no pins: 1 CPU wanted, 0 available on node 0" },
  { { "a-node-of-a-mask-that-has-several", "<vcpu>1</vcpu><cputune><emulatorpin cpuset='0-1,4-5'/></cputune>", TWO_NODES, TWO_NODES, "", "0", NULL },
    "emulator-pins", "cpu-missing: 0-1,4-5 -> 1-2,4-5: CPU 0 is kept from guests here; 2 CPUs wanted, 3 available on node 0" },

  /* What the CPUs of a pin alone do not tell. */
  { { "an-emulator-beside-a-pin-that-may-not-stay", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><emulatorpin cpuset='1'/></cputune>",
      NULL, ONE_NODE, "", "", "vcpu-pins=remap" },
    "emulator-pins", "follows-cpus: 1 -> 0: goes along with what was on the same node at home (on node 0)" },
  { { "an-emulator-whose-cpu-a-vcpu-needs", "<vcpu>3</vcpu><cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='9'/>"
      "<vcpupin vcpu='2' cpuset='0'/><emulatorpin cpuset='2'/></cputune>", "node:1 core:8 thread:2 mem:4G", "node:1 core:3 thread:2 mem:4G", "3,5", "", NULL },
    "emulator-pins", "follows-cpus: 2 -> 1: goes along with what was on the same node at home (on node 0)" },
  { { "a-pin-that-is-weakened-with-another", "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='9'/></cputune>",
      NULL, ONE_NODE, "", "", "vcpu-pins=keep,weaken" },
    "vcpu-pins", "cpu-missing: vCPU 0 on 1, 1 on 9 -> vCPU 0 on 1, 1 on 0: CPU 9 is not there; 2 CPUs wanted, 4 available on node 0; "
    "the policy allows nothing between keep and weaken" },
  { { "a-mask-that-is-short-on-the-first-of-its-nodes", "<vcpu>1</vcpu><iothreads>1</iothreads><cputune><vcpupin vcpu='0' cpuset='0'/>"
      "<iothreadpin iothread='1' cpuset='1,2'/></cputune>", NULL, "node:2 core:2 mem:4G", "3", "", "emulator=isolate" },
    "iothread-pins", "no-free-cpus: I/O thread 1 on 1-2 -> I/O thread 1 on 2: 3 CPUs wanted, 2 available on node 0" },
  { { "a-pin-that-leaves-an-emulator-its-cpu", "<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='2'/></cputune>", ONE_NODE, ONE_NODE, "0-1,3", "",
      "emulator=isolate" },
    "vcpu-pins", "no-free-cpus: vCPU 0 on 2: 2 CPUs wanted, 1 available on node 0" },
};

static const PinReason *
reason_for (const PinPlan *plan, const char *setting)
{
  for (guint i = 0; i < plan->reasons->len; i++)
    {
      const PinReason *reason = g_ptr_array_index (plan->reasons, i);

      if (g_str_equal (pin_setting_name (reason->setting), setting))
        return reason;
    }
  g_assert_not_reached ();
}

static void
test_reason (gconstpointer data)
{
  const ReasonCase *c = data;
  g_autoptr (PinDomain) domain = parse_guest (c->plan.guest);
  g_autoptr (PinOriginal) original = make_original (&c->plan, domain);
  g_autoptr (PinTerms) terms = make_terms (c->plan.policy);
  g_autoptr (PinSnapshot) host = make_host (&c->plan);
  g_autoptr (PinPlan) plan = pin_plan (domain->guest, original, terms, host);
  const PinReason *reason = reason_for (plan, c->setting);
  g_autofree char *said = g_strdup_printf ("%s: %s", pin_code_name (reason->code), reason->text);

  g_assert_cmpstr (said, ==, c->reason);
  assert_reasons_say_something (plan);
}

/* Of many masks that may stay or not, some are let go untried: then what is found need not be the best, but it is never a refusal. */
static void
test_more_ways_than_are_tried (void)
{
  g_autoptr (GString) guest = g_string_new ("<vcpu>1</vcpu><iothreads>8</iothreads><cputune>");
  Case c = { .home = "node:1 core:8 mem:4G", .host = "node:1 core:6 mem:4G", .taken = "4-5", .reserved = "" };
  g_autoptr (PinTerms) terms = make_terms (NULL);
  g_autoptr (PinSnapshot) host = make_host (&c);
  g_autoptr (PinDomain) domain = NULL;
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *given = NULL;

  for (guint i = 1; i < 8; i++)
    g_string_append_printf (guest, "<iothreadpin iothread='%u' cpuset='0-3'/>", i);
  g_string_append (guest, "<iothreadpin iothread='8' cpuset='6-7'/></cputune>");
  domain = parse_guest (guest->str);
  original = make_original (&c, domain);
  plan = pin_plan (domain->guest, original, terms, host);
  given = given_by (plan);
  g_assert_cmpint (plan->actions[PIN_SETTING_IOTHREAD_PINS], ==, PIN_ACTION_WEAKEN);
  g_assert_cmpstr (given, ==, "i1:0-3 i2:0-3 i3:0-3 i4:0-3 i5:0-3 i6:0-3 i7:0-3 i8:0-3");
}

typedef struct
{
  const char *name;
  guint n_masks;
  const char *taken;
  const char *policy;
  const char *answer;
  gboolean exact;
} WaysCase;

static const WaysCase ways_cases[] = {
  { "all-tried", 6, "1,3,5,7,9,11", NULL, "adapt: iothread-pins remap", TRUE },
  { "not-tried", 7, "1,3,5,7,9,11,13", NULL, "adapt: iothread-pins weaken", FALSE },
  { "all-tried-in-vain", 6, "1,3,5,7,9,11-12", "iothread-pins=keep,remap", "refuse: iothread-pins refuse", TRUE },
  { "refused-untried", 7, "1,3,5,7,9,11,13", "iothread-pins=keep,remap", "refuse: iothread-pins refuse", FALSE },
};

/*
 * Masks that share a CPU each with another guest can be had as written, all of them or the last thread has none: where that is one way among
 * more than are tried, the plan is another one, and does not claim to be the best.
 */
static void
test_one_way_of_many (gconstpointer data)
{
  const WaysCase *ways = data;
  guint n_masks = ways->n_masks;
  g_autofree char *cores = g_strdup_printf ("node:1 core:%u mem:4G", 2 * n_masks + 1);
  Case c = { .home = "node:1 core:24 mem:4G", .host = cores, .taken = ways->taken, .reserved = "" };
  g_autoptr (GString) guest = g_string_new (NULL);
  g_autoptr (PinTerms) terms = make_terms (ways->policy);
  g_autoptr (PinSnapshot) host = make_host (&c);
  g_autoptr (PinDomain) domain = NULL;
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *answer = NULL;

  g_string_append_printf (guest, "<vcpu>1</vcpu><iothreads>%u</iothreads><cputune>", n_masks + 1);
  for (guint i = 0; i < n_masks; i++)
    g_string_append_printf (guest, "<iothreadpin iothread='%u' cpuset='%u-%u'/>", i + 1, 2 * i, 2 * i + 1);
  g_string_append_printf (guest, "<iothreadpin iothread='%u' cpuset='20'/></cputune>", n_masks + 1);
  domain = parse_guest (guest->str);
  original = make_original (&c, domain);
  plan = pin_plan (domain->guest, original, terms, host);
  answer = answer_of (plan);
  g_assert_cmpstr (answer, ==, ways->answer);
  g_assert_true (plan->exact == ways->exact);
}

/* The emulator can't be re-mapped on any of more ways to place nine nodes than are tried, so it is let down: no refusal, and no claim to the best. */
static void
test_more_places_than_are_tried (void)
{
  g_autoptr (GString) guest = g_string_new ("<vcpu>27</vcpu><cputune>");
  g_autoptr (GString) emulator = g_string_new (NULL);
  Case c = { .home = "node:9 core:6 mem:4G", .host = "node:9 core:4 mem:4G", .taken = "", .reserved = "" };
  g_autoptr (PinTerms) terms = make_terms (NULL);
  g_autoptr (PinSnapshot) host = make_host (&c);
  g_autoptr (PinDomain) domain = NULL;
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *answer = NULL;

  for (guint node = 0; node < 9; node++)
    {
      for (guint i = 0; i < 3; i++)
        g_string_append_printf (guest, "<vcpupin vcpu='%u' cpuset='%u'/>", 3 * node + i, 6 * node + i);
      g_string_append_printf (emulator, "%s%u-%u", node > 0 ? "," : "", 6 * node + 3, 6 * node + 4);
    }
  g_string_append_printf (guest, "<emulatorpin cpuset='%s'/></cputune>", emulator->str);
  domain = parse_guest (guest->str);
  original = make_original (&c, domain);
  plan = pin_plan (domain->guest, original, terms, host);
  answer = answer_of (plan);
  g_assert_cmpstr (answer, ==, "adapt: vcpu-pins remap, emulator-pins weaken");
  g_assert_false (plan->exact);
}

/* So with pages: no way to have some of twenty cells do with smaller ones gives the emulator a CPU, and so that is tried no longer. */
static void
test_more_pages_than_are_tried (void)
{
  g_autoptr (GString) guest = g_string_new ("<vcpu>20</vcpu><memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>"
                                            "<cputune><emulatorpin cpuset='0,4'/></cputune><cpu><numa>");
  Case c = { .host = "node:2 core:4 mem:1G huge1G:20 huge2M:20480", .taken = "0-7", .reserved = "" };
  g_autoptr (PinTerms) terms = make_terms (NULL);
  g_autoptr (PinSnapshot) host = make_host (&c);
  g_autoptr (PinDomain) domain = NULL;
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *answer = NULL;

  for (guint cell = 0; cell < 20; cell++)
    g_string_append_printf (guest, "<cell id='%u' cpus='%u' memory='1' unit='GiB'/>", cell, cell);
  g_string_append (guest, "</numa></cpu>");
  domain = parse_guest (guest->str);
  original = make_original (&c, domain);
  plan = pin_plan (domain->guest, original, terms, host);
  answer = answer_of (plan);
  g_assert_cmpstr (answer, ==, "adapt: hugepages keep, emulator-pins strip");
  g_assert_false (plan->exact);
}

/* Isolated CPUs (isolcpus) are for pins of one vCPU: they come first where cores are taken. */
static void
test_isolated (void)
{
  static const struct { const char *pins[3], *isolated, *taken, *policy, *given; } rows[] = {
    { { "1", "5" }, "3,7", "1", NULL, "0:3 1:7" },
    { { "1", "5", "2" }, "3,7,2", "1", NULL, "0:3 1:7 2:2" },
    { { "1", "5", "2" }, "0,3,7", "1-2", NULL, "0:3 1:7 2:0" },
    { { "1", "5", "2" }, "3", "1-2,0", NULL, "0:3 1:7 2:4" },
    { { "1", "5" }, "3", "0-2", "vcpu-pins=keep,remap", "0:3 1:7" },
    { { "1", "2" }, "3,7", "1", "threads=isolate", "0:3 1:2" },
    { { "1", "2" }, "3,7", "0-2,4-6", NULL, "0:3 1:7" },
    { { "1", "5" }, "3", "0-2,4-6", NULL, "0:3 1:7" },
    { { "1", "5" }, "3", "0-2,7", NULL, "0:3 1:5" },
    { { "1", "5" }, "3,7", "1", "threads=require", "0:3 1:7" },
    { { "1", "2" }, "3", "1", "threads=prefer", "0:3 1:2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) guest = g_string_new ("<vcpu>3</vcpu><cputune>");
      Case c = { .home = SMT, .host = SMT, .taken = rows[i].taken, .reserved = "" };
      g_autoptr (PinTerms) terms = make_terms (rows[i].policy);
      g_autoptr (PinSnapshot) host = make_host (&c);
      g_autoptr (PinDomain) domain = NULL;
      g_autoptr (PinOriginal) original = NULL;
      g_autoptr (PinPlan) plan = NULL;
      g_autofree char *given = NULL;

      for (guint j = 0; j < 3 && rows[i].pins[j] != NULL; j++)
        g_string_append_printf (guest, "<vcpupin vcpu='%u' cpuset='%s'/>", j, rows[i].pins[j]);
      g_string_append (guest, "</cputune>");
      domain = parse_guest (guest->str);
      original = make_original (&c, domain);
      pin_cpuset_free (host->isolated);
      host->isolated = pin_cpuset_parse (rows[i].isolated, NULL);
      plan = pin_plan (domain->guest, original, terms, host);
      given = given_by (plan);
      g_test_message ("%s of %s without %s: %s", guest->str, rows[i].isolated, rows[i].taken, given);
      g_assert_cmpstr (given, ==, rows[i].given);
    }
}

/* What a plan gives, planned again on the same host, stays: it holds there. */
static void
test_again (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinDomain) domain = parse_guest (c->guest);
  g_autoptr (PinOriginal) original = make_original (c, domain);
  g_autoptr (PinTerms) terms = make_terms (NULL);
  g_autoptr (PinSnapshot) host = make_host (c);
  g_autoptr (PinPlan) first = pin_plan (domain->guest, original, terms, host);
  g_autoptr (PinOriginal) given = NULL;
  g_autoptr (PinPlan) second = NULL;

  if (first->placement == NULL)
    return;
  given = pin_original_from (first->placement, NULL);
  second = pin_plan (domain->guest, given, terms, host);
  g_assert_true (pin_placement_equal (first->placement, second->placement));
}

/* What a guest was promised holds when it runs: the sibling that isolate keeps empty is in the claim, and in what it holds then. */
static void
test_siblings_stay_empty (void)
{
  g_autoptr (PinSnapshot) host = pin_synthetic_parse (SMT, NULL);
  g_autoptr (PinDomain) domain = parse_guest ("<vcpu>1</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/></cputune>");
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = NULL;
  g_autoptr (PinTenant) tenant = NULL;
  g_autofree char *claimed = NULL;
  g_autofree char *held = NULL;

  terms->threads = PIN_THREADS_ISOLATE;
  plan = pin_plan (domain->guest, original, terms, host);
  claimed = pin_cpuset_format (plan->claim->dedicated);
  tenant = pin_tenancy_new (domain->guest, plan->placement, original->placement, host);
  pin_tenancy_take_cores (tenant, terms->threads, host->topology);
  held = pin_cpuset_format (tenant->dedicated);
  g_assert_cmpstr (claimed, ==, "1,5");
  g_assert_cmpstr (held, ==, "1,5");
}

/*
 * CPUs 1 and 5 share a core on SMT, and are on two nodes of the host: with the shape of SMT they are other CPUs there, and by numbers
 * they are the same.
 */
#define BY_SHAPE "adapt: hugepages keep, vcpu-pins remap, emulator-pins keep"
#define BY_NUMBERS "keep: hugepages keep, vcpu-pins keep, emulator-pins keep"

typedef struct
{
  const char *name;
  struct
  {
    const char *uuid;
    const char *host; /* NULL: no shape */
  } homes[2];
  const char *home_of; /* "SETTING=INDEX ..."; others have none */
  const char *answer;
} HomeCase;

static const HomeCase home_cases[] = {
  { "all-written-at-home", { { "a", SMT } }, "vcpu-pins=0 emulator-pins=0 hugepages=0", BY_SHAPE },
  { "written-at-a-home-without-a-uuid", { { NULL, SMT } }, "vcpu-pins=0 emulator-pins=0", BY_SHAPE },
  { "edited-elsewhere", { { "a", SMT }, { "b", SMT } }, "vcpu-pins=0 emulator-pins=1", BY_NUMBERS },
  { "first-written-elsewhere", { { "b", SMT }, { "a", SMT } }, "vcpu-pins=1 emulator-pins=0", BY_NUMBERS },
  { "edited-where-nobody-knows", { { "a", SMT } }, "vcpu-pins=0", BY_NUMBERS },
  { "edited-at-two-homes-without-a-uuid", { { NULL, SMT }, { NULL, SMT } }, "vcpu-pins=0 emulator-pins=1", BY_NUMBERS },
  { "edited-at-home", { { "a", SMT }, { "a", SMT } }, "vcpu-pins=0 emulator-pins=1", BY_SHAPE },
  { "edited-at-home-after-it-was-renumbered", { { "a", TWO_NODES }, { "a", SMT } }, "vcpu-pins=0 emulator-pins=1", BY_SHAPE },
  { "edited-at-home-before-it-was-renumbered", { { "a", SMT }, { "a", TWO_NODES } }, "vcpu-pins=1 emulator-pins=0", BY_NUMBERS },
  { "edited-at-home-with-few-cpus-left", { { "a", SMT }, { "a", "node:1 core:2 mem:4G" } }, "vcpu-pins=0 emulator-pins=1", BY_SHAPE },
  { "edited-at-home-whose-shape-went", { { "a", SMT }, { "a", NULL } }, "vcpu-pins=0 emulator-pins=1", BY_SHAPE },
  { "what-names-nothing-was-written-elsewhere", { { "a", SMT }, { "b", TWO_NODES } },
    "vcpu-pins=0 emulator-pins=0 hugepages=1 numa-memory=1 iothread-pins=1", BY_SHAPE },
};

static PinHome *
make_home (const char *uuid, const char *host, const PinPlacement *placement)
{
  g_autoptr (PinSnapshot) home = host != NULL ? pin_synthetic_parse (host, NULL) : NULL;
  g_autoptr (PinTopology) shape = home != NULL ? pin_original_shape (home->topology, placement) : NULL;

  return pin_home_new (uuid, uuid, shape);
}

static void
bring_home (PinOriginal *original, const char *home_of)
{
  g_auto (GStrv) words = g_strsplit (home_of, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (words[i], "=", 2);
      PinSetting setting;

      g_assert_true (pin_setting_from_name (parts[0], &setting));
      original->home_of[setting] = parts[1][0] - '0';
    }
}

static void
test_homes (gconstpointer data)
{
  const HomeCase *c = data;
  g_autoptr (PinDomain) domain = parse_guest (
      "<vcpu>2</vcpu><memoryBacking><hugepages/></memoryBacking><cputune><vcpupin vcpu='0' cpuset='1'/>"
      "<vcpupin vcpu='1' cpuset='5'/><emulatorpin cpuset='2'/></cputune>");
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinSnapshot) host = pin_synthetic_parse (TWO_NODES, NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *answer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (c->homes); i++)
    g_ptr_array_add (original->homes, make_home (c->homes[i].uuid, c->homes[i].host, domain->placement));
  bring_home (original, c->home_of);
  plan = pin_plan (domain->guest, original, terms, host);
  answer = answer_of (plan);
  g_assert_cmpstr (answer, ==, c->answer);
}

/* A reason names some of many things, says how many there are more, and then why. */
static void
test_short_reasons (void)
{
  g_autoptr (GString) cells = g_string_new ("<cpu><numa>");
  g_autoptr (GString) pages = g_string_new ("<memoryBacking><hugepages>");
  g_autoptr (GString) nodes = g_string_new ("<numatune>");
  g_autoptr (GString) tune = g_string_new ("<vcpu>64</vcpu><cputune>");
  g_autoptr (PinDomain) domain = NULL;
  g_autoptr (PinOriginal) original = NULL;
  g_autoptr (PinSnapshot) host = pin_synthetic_parse (ONE_NODE, NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = NULL;

  for (guint i = 0; i < 64; i++)
    g_string_append_printf (tune, "<vcpupin vcpu='%u' cpuset='%u'/><vcpusched vcpus='%u' scheduler='fifo' priority='%u'/>", i, i, i, 1 + i);
  for (guint i = 0; i < 8; i++)
    {
      g_string_append_printf (cells, "<cell id='%u' cpus='%u-%u' memory='64' unit='MiB'/>", i, 8 * i, 8 * i + 7);
      g_string_append_printf (pages, "<page size='2' unit='MiB' nodeset='%u'/>", i);
      g_string_append_printf (nodes, "<memnode cellid='%u' mode='strict' nodeset='%u'/>", i, i);
    }
  g_string_append_printf (tune, "</cputune>%s</numa></cpu>%s</hugepages></memoryBacking>%s</numatune>", cells->str, pages->str,
                          nodes->str);
  domain = parse_guest (tune->str);
  original = pin_original_from (domain->placement, NULL);
  plan = pin_plan (domain->guest, original, terms, host);
  g_assert_cmpuint (plan->reasons->len, ==, 4);
  for (guint i = 0; i < plan->reasons->len; i++)
    {
      const PinReason *reason = g_ptr_array_index (plan->reasons, i);

      g_test_message ("%s", reason->text);
      g_assert_cmpuint (strlen (reason->text), <, PIN_RECORD_MAX_REASON / 2);
      g_assert_nonnull (strstr (reason->text, reason->setting == PIN_SETTING_VCPU_PINS || reason->setting == PIN_SETTING_SCHEDULER
                                                  ? " and 60 more"
                                                  : " and 4 more"));
    }
}

/* To a host in maintenance nothing comes; what runs there already does not come. */
static void
test_maintenance (void)
{
  static const struct { gboolean on; const char *reason, *uuid; gboolean running; const char *says; } rows[] = {
    { FALSE, "disks", NULL, FALSE, NULL },
    { TRUE, "disks", NULL, FALSE, "hostb is in maintenance: disks" },
    { TRUE, NULL, NULL, FALSE, "hostb is in maintenance" },
    { TRUE, NULL, UUID, TRUE, NULL },
    { TRUE, "disks", UUID, FALSE, "hostb is in maintenance: disks" },
    { TRUE, "disks", "6f1c2d3e-0000-4000-8000-000000000002", TRUE, "hostb is in maintenance: disks" },
  };
  g_autoptr (PinDomain) domain = parse_guest ("<vcpu>1</vcpu>");
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinSnapshot) host = pin_synthetic_parse (ONE_NODE, NULL);
      PinTenant *tenant = pin_tenant_new ("x", rows[i].uuid);
      g_autoptr (PinPlan) plan = NULL;

      tenant->running = rows[i].running;
      g_ptr_array_add (host->domains, tenant);
      g_free (host->name);
      host->name = g_strdup ("hostb");
      host->maintenance = rows[i].on;
      host->maintenance_reason = g_strdup (rows[i].reason);
      plan = pin_plan (domain->guest, original, terms, host);
      g_assert_cmpint (plan->verdict == PIN_VERDICT_REFUSE, ==, rows[i].says != NULL);
      if (rows[i].says == NULL)
        continue;
      g_assert_cmpuint (plan->reasons->len, ==, 1);
      g_assert_cmpstr (((const PinReason *)g_ptr_array_index (plan->reasons, 0))->text, ==, rows[i].says);
      g_assert_cmpint (((const PinReason *)g_ptr_array_index (plan->reasons, 0))->code, ==, PIN_CODE_HOST);
    }
}

/* libvirt would refuse it, later and in words of its own. */
static void
test_no_kvm (void)
{
  static const char *const policies[] = { NULL, "cpu-model=keep", "cpu-model=keep,warn" };
  g_autoptr (PinSnapshot) host = pin_synthetic_parse (ONE_NODE, NULL);
  g_autoptr (PinDomain) domain = parse_guest ("<vcpu>1</vcpu>");
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);

  host->cpu = pin_cpu_model_new ();
  for (guint i = 0; i < 2 * G_N_ELEMENTS (policies); i++)
    {
      g_autoptr (PinTerms) terms = make_terms (policies[i / 2]);
      g_autoptr (PinPlan) plan = NULL;

      domain->guest->kvm = i % 2 == 0;
      host->cpu->no_kvm = TRUE;
      plan = pin_plan (domain->guest, original, terms, host);
      g_assert_cmpint (plan->verdict, ==, domain->guest->kvm ? PIN_VERDICT_REFUSE : PIN_VERDICT_KEEP);
      if (!domain->guest->kvm)
        continue;
      g_assert_cmpuint (plan->reasons->len, ==, 1);
      g_assert_cmpstr (((const PinReason *)g_ptr_array_index (plan->reasons, 0))->text, ==,
                       "the guest is of type kvm, and libvirt has no KVM here");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/plan/%s", cases[i].name);
      g_autofree char *again = g_strdup_printf ("/plan/again/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
      g_test_add_data_func (again, &cases[i], test_again);
    }
  for (guint i = 0; i < G_N_ELEMENTS (old_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/plan/%s", old_cases[i].name);

      g_test_add_data_func (path, &old_cases[i], test_old);
    }
  for (guint i = 0; i < G_N_ELEMENTS (home_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/plan/homes/", home_cases[i].name, NULL);

      g_test_add_data_func (path, &home_cases[i], test_homes);
    }
  for (guint i = 0; i < G_N_ELEMENTS (reason_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/plan/reasons/", reason_cases[i].plan.name, NULL);

      g_test_add_data_func (path, &reason_cases[i], test_reason);
    }
  g_test_add_func ("/plan/a-dimm-of-ordinary-memory", test_dimm_of_ordinary_memory);
  g_test_add_func ("/plan/backends-are-near", test_backends_are_near);
  g_test_add_func ("/plan/cpus-far-from-memory", test_cpus_far_from_memory);
  g_test_add_func ("/plan/no-memory", test_no_memory);
  g_test_add_func ("/plan/more-pages-than-are-tried", test_more_pages_than_are_tried);
  g_test_add_func ("/plan/more-places-than-are-tried", test_more_places_than_are_tried);
  g_test_add_func ("/plan/more-ways-than-are-tried", test_more_ways_than_are_tried);
  for (guint i = 0; i < G_N_ELEMENTS (ways_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/plan/one-way-of-many/", ways_cases[i].name, NULL);

      g_test_add_data_func (path, &ways_cases[i], test_one_way_of_many);
    }
  g_test_add_func ("/plan/isolated-cpus-come-first", test_isolated);
  g_test_add_func ("/plan/siblings-stay-empty", test_siblings_stay_empty);
  g_test_add_func ("/plan/reasons-are-short", test_short_reasons);
  g_test_add_func ("/plan/no-kvm-keeps-away-who-needs-it", test_no_kvm);
  g_test_add_func ("/plan/maintenance-keeps-away-what-comes", test_maintenance);
  return g_test_run ();
}
