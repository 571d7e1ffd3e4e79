# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hosts, guests and policies that are wrong, as files of `pinshift plan`."""

from __future__ import annotations

import copy
import json
import re

from error import Content, Error, of_files

HOW_HOST = "; pinshift snapshot prints one that is right"
HOW_GUEST = "; virsh dumpxml prints one that is right"
READABLE = "; see that it is there and can be read"

HOST = {
    "version": 1,
    "host": {"name": "hosta", "allowed": "0-3", "isolated": "", "reserved": "",
             "cpu": {"features": ["a"], "tsc_hz": 1000}},
    "nodes": [
        {"id": 0, "cpus": "0-1", "total_kib": 1048576, "free_kib": 1000000, "reserve_kib": 0, "distances": {"0": 10, "1": 20},
         "pages": [{"size_kib": 2048, "total": 8, "free": 4}]},
        {"id": 1, "cpus": "2-3", "total_kib": 1048576, "free_kib": 1000000, "reserve_kib": 0, "distances": {"0": 20, "1": 10},
         "pages": []},
    ],
    "cpus": [
        {"id": 0, "node": 0, "socket": 0, "die": 0, "core": 0, "siblings": "0-1", "online": True},
        {"id": 1, "node": 0, "socket": 0, "die": 0, "core": 0, "siblings": "0-1", "online": True},
        {"id": 2, "node": 1, "socket": 0, "die": 0, "core": 1, "siblings": "2", "online": True},
        {"id": 3, "node": 1, "socket": 0, "die": 0, "core": 2, "siblings": "3", "online": True},
    ],
    "domains": [{"name": "g", "uuid": "6f1c2d3e-0000-4000-8000-000000000002", "state": "running", "dedicated": "3",
                 "shared": "", "memory_kib": {"0": 1024}, "pages": {"0": {"2048": 2}}}],
    "claims": [{"name": "c", "dedicated": "2"}],
}

GUEST = """<domain type='kvm'>
<name>db1</name>
<uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
<memory unit='MiB'>512</memory>
<vcpu>2</vcpu>
<iothreads>1</iothreads>
<memoryBacking/>
<cputune><vcpupin vcpu='0' cpuset='1'/></cputune>
<numatune/>
<cpu><numa>
<cell id='0' cpus='0' memory='256' unit='MiB'/>
<cell id='1' cpus='1' memory='256' unit='MiB'/>
</numa></cpu>
<devices/>
</domain>
"""

POLICY = "[fit]\nvcpu-pins = keep; remap\n"

GONE = object()

WORDS = "known are node:N, core:N, thread:N, mem:SIZE, hugeSIZE:N"


def row(name: str, line: str, remedy: str = "", host: Content | None = None, guest: Content | None = None,
        policy: Content | None = None, on: str = "host.json", domain: str = "guest.xml") -> Error:
    """What is written in place of a good host, guest or policy, and the line that tells; REMEDY is its end."""
    files = {"hosts.jsonl" if on.endswith(".jsonl") else "host.json": json.dumps(HOST) if host is None else host,
             "guest.xml": GUEST if guest is None else guest,
             "policy.conf": POLICY if policy is None else policy}
    words = ("plan", domain, "--on", on, "--policy", "policy.conf", "--json")
    where = re.match(r"--on|\S+?(?=: )", line)
    assert where, line
    # Hosts before a bad line have been planned.
    return Error(name, words, line + remedy, where[0], remedy, files=of_files(files), prints=on.endswith(".jsonl"))


def edited(path: str, value: object) -> str:
    """The host with @value at @path ("nodes.0.id"), or without what is there."""
    host = copy.deepcopy(HOST)
    spot: object = host
    *way, last = path.split(".")
    for step in way:
        spot = spot[int(step) if isinstance(spot, list) else step]
    last = int(last) if isinstance(spot, list) else last
    if value is GONE:
        del spot[last]
    else:
        spot[last] = value
    return json.dumps(host)


def at(path: str, value: object, line: str) -> Error:
    shown = "absent" if value is GONE else json.dumps(value)
    return row(f"{path}: {shown[:40]}", f"host.json: {line}", HOW_HOST, host=edited(path, value))


def host(name: str, text: Content, line: str) -> Error:
    return row(f"host: {name}", line, HOW_HOST, host=text)


def line(text: str, word: str, why: str) -> Error:
    return row(f"--on '{text[:60]!a}'", f"--on \"{text}\": '{word}' in the host: {why}", f"; {WORDS}", on=text)


def guest(name: str, old: str, new: str, message: str) -> Error:
    assert old in GUEST, old
    return row(f"guest: {name}", f"guest.xml: {message}", HOW_GUEST, guest=GUEST.replace(old, new, 1))


def policy(text: Content, message: str) -> Error:
    return row(f"policy: {text[:60]!r}", f"policy.conf{message}", policy=text)


SNAPSHOT = [
    at("version", 2, "version: snapshots of version 2 are not known here, only 1"),
    at("version", GONE, "version: is missing"),
    at("version", "1", "version: must be a whole number"),
    at("version", None, "version: is missing"),
    at("host", GONE, "host: is missing"),
    at("host", [], "host: must be an object"),
    at("host.name", GONE, "host.name: is missing"),
    at("host.name", 7, "host.name: must be a string"),
    at("host.maintenance", "yes", "host.maintenance: must be true or false"),
    at("host.alowed", "0-3", "host: unknown member 'alowed', known are ..."),
    at("host.allowed", "0-", "host.allowed: '0-' is not a set of numbers (at character 1): ..."),
    at("host.allowed", "0-7", "host.allowed: the host has no CPU 4"),
    at("host.isolated", "9", "host.isolated: the host has no CPU 9"),
    at("host.reserved", "16384", "host.reserved: '16384' is not a set of numbers (at character 1): ..."),
    at("host.default_page_kib", 3, "host.default_page_kib: 3 is no page size: a power of two from 4"),
    at("host.cpu.features", ["a", 1], "host.cpu.features[1]: must be a string"),
    at("host.cpu.tsc_hz", -1, "host.cpu.tsc_hz: -1 is not in 0 .. 9223372036854775807"),
    at("host.resctrl", {"l3": [{"id": 0, "cpus": "0-3", "ways": 4, "used": 5}]}, "host.resctrl.l3[0].used: 5 is not in 0 .. 4"),
    at("nodes", GONE, "nodes: is missing"),
    at("nodes", [], "nodes: is empty, a host has one node at least"),
    at("nodes", [{"id": node, "cpus": "", "total_kib": 1} for node in range(1025)], "nodes: has 1025 nodes, a host has 1024 at most"),
    at("nodes", {}, "nodes: must be an array"),
    at("nodes.0", 5, "nodes[0]: must be an object"),
    at("nodes.0", None, "nodes[0]: is missing"),
    at("nodes.0.id", GONE, "nodes[0].id: is missing"),
    at("nodes.0.id", -1, "nodes[0].id: -1 is not in 0 .. 16383"),
    at("nodes.0.id", 16384, "nodes[0].id: 16384 is not in 0 .. 16383"),
    at("nodes.0.id", 1.5, "nodes[0].id: must be a whole number"),
    at("nodes.0.id", 1e30, "nodes[0].id: must be a whole number"),
    at("nodes.0.id", 2**64, "not JSON at column 174: a number beyond all bounds"),
    at("nodes.0.id", "0", "nodes[0].id: must be a whole number"),
    at("nodes.1.id", 0, "nodes[1]: node 0 is there twice"),
    at("nodes.0.cpus", GONE, "nodes[0].cpus: is missing"),
    at("nodes.0.cpus", "0-2", "nodes[1].cpus: CPU 2 is on node 0 already"),
    at("nodes.0.cpus", "0-99999", "nodes[0].cpus: '0-99999' is not a set of numbers (at character 1): ..."),
    at("nodes.0.cpus", "1-0", "nodes[0].cpus: '1-0' is not a set of numbers (at character 1): ..."),
    at("nodes.0.cpus", [0, 1], "nodes[0].cpus: must be a string"),
    at("nodes.0.total_kib", GONE, "nodes[0].total_kib: is missing"),
    at("nodes.0.total_kib", 2**60, "nodes[0].total_kib: 1152921504606846976 is not in 0 .. 1125899906842624"),
    at("nodes.0.free_kib", 1048577, "nodes[0].free_kib: 1048577 is not in 0 .. 1048576"),
    at("nodes.0.reserve_kib", -1, "nodes[0].reserve_kib: -1 is not in 0 .. 1125899906842624"),
    at("nodes.0.distances.1", 0, "nodes[0].distances.1: must be 10 .. 255, where 10 is local"),
    at("nodes.0.distances.1", 9, "nodes[0].distances.1: must be 10 .. 255, where 10 is local"),
    at("nodes.0.distances.1", 300, "nodes[0].distances.1: must be 10 .. 255, where 10 is local"),
    at("nodes.0.distances.7", 20, "nodes[0].distances.7: the host has no such node"),
    at("nodes.0.distances.one", 20, "nodes[0].distances.one: must be named by a number up to 16383"),
    at("nodes.0.distances", [10, 20], "nodes[0].distances: must be an object"),
    at("nodes.0.pages", {}, "nodes[0].pages: must be an array"),
    at("nodes.0.pages.0.size_kib", 0, "nodes[0].pages[0].size_kib: 0 is no page size: a power of two from 4"),
    at("nodes.0.pages.0.size_kib", 3000, "nodes[0].pages[0].size_kib: 3000 is no page size: a power of two from 4"),
    at("nodes.0.pages.0.size_kib", 2**40, "nodes[0].pages[0].size_kib: 1099511627776 is not in 0 .. 1073741824"),
    at("nodes.0.pages.0.total", 3, "nodes[0].pages[0].free: 4 is not in 0 .. 3"),
    at("nodes.0.pages.0.total", 2**45, "nodes[0].pages[0].total: 35184372088832 is not in 0 .. 549755813888"),
    at("nodes.0.pages.0.total", GONE, "nodes[0].pages[0].total: is missing"),
    at("nodes.0.pages", [{"size_kib": 2048, "total": 1}, {"size_kib": 2048, "total": 1}],
       "nodes[0].pages: size_kib 2048 is there twice"),
    at("nodes.0.memory", 1, "nodes[0]: unknown member 'memory', known are ..."),
    at("cpus", {}, "cpus: must be an array"),
    at("cpus", [], "cpus: CPU 0 of a node's cpus is missing"),
    at("cpus.0.id", 1, "cpus[1]: CPU 1 is there twice"),
    at("cpus.0.id", GONE, "cpus[0].id: is missing"),
    at("cpus.0.id", -1, "cpus[0].id: -1 is not in 0 .. 16383"),
    at("cpus.0.node", 7, "cpus[0].node: CPU 0 is on node 0 by that node's cpus"),
    at("cpus.0.node", 1, "cpus[0].node: CPU 0 is on node 0 by that node's cpus"),
    at("cpus.0.siblings", "0", "cpus: CPU 1 names CPU 0 as one of its core, whose own list is not the same"),
    at("cpus.0.siblings", "0-2", "cpus: CPU 0 names CPU 2 as one of its core, whose own list is not the same"),
    at("cpus.3.siblings", "3,9", "cpus: CPU 3 names CPU 9 as one of its core, which does not exist"),
    at("cpus.3.siblings", "", "cpus[3].siblings: must have CPU 3 itself"),
    at("cpus.3.siblings", "1", "cpus[3].siblings: must have CPU 3 itself"),
    at("cpus.0.socket", -1, "cpus[0].socket: -1 is not in 0 .. 2147483647"),
    at("cpus.0.online", 1, "cpus[0].online: must be true or false"),
    at("domains", {}, "domains: must be an array"),
    at("domains.0.name", GONE, "domains[0].name: is missing"),
    at("domains.0.state", "asleep", "domains[0].state: 'asleep' is no state: running, defined"),
    at("domains.0.dedicated", "a", "domains[0].dedicated: 'a' is not a set of numbers (at character 1): ..."),
    at("domains.0.dedicated", "\x1b[31m\n", "domains[0].dedicated: ' [31m ' is not a set of numbers (at character 1): ..."),
    at("domains.0.memory_kib", {"\n\x1b": 1}, "domains[0].memory_kib.  : must be named by a number up to 16383"),
    at("domains.0.memory_kib", {"7": 1024}, "domains[0].memory_kib.7: the host has no such node"),
    at("domains.0.memory_kib", {"0": -1}, "domains[0].memory_kib.0: -1 is not in 0 .. 1125899906842624"),
    at("domains.0.memory_kib", {"zero": 1}, "domains[0].memory_kib.zero: must be named by a number up to 16383"),
    at("domains.0.pages", {"7": {"2048": 1}}, "domains[0].pages.7: the host has no such node"),
    at("domains.0.pages", {"0": {"0": 1}}, "domains[0].pages.0.0: 0 is no page size: a power of two from 4"),
    at("domains.0.pages", {"0": {"3000": 1}}, "domains[0].pages.0.3000: 3000 is no page size: a power of two from 4"),
    at("domains.0.pages", {"0": {"2048": 1e9}}, "domains[0].pages.0.2048: must be a whole number"),
    at("domains.0.pages", {"0": 5}, "domains[0].pages.0: must be an object"),
    at("claims.0.dedicated", 2, "claims[0].dedicated: must be a string"),
    at("claims.0", "c", "claims[0]: must be an object"),
    at("claims", 1, "claims: must be an array"),
    at("provisional", "no", "provisional: must be true or false"),
    at("nodez", [], "unknown member 'nodez', known are ..."),
    at("cpus.0.id", 16384, "cpus[0].id: 16384 is not in 0 .. 16383"),
    at("host.resctrl", {"l3": [{"id": 0, "cpus": "0-3", "ways": 4, "used": 3, "free": "7"}]},
       "host.resctrl.l3[0]: free must name the 1 ways below 4 that are not used"),
    at("cpus", [*copy.deepcopy(HOST["cpus"]), {"id": 9, "node": 0}], "cpus[4]...: CPU 9 is not among the cpus of node 0"),
    host("no such escape", '{"version": "\\x"}', "host.json: not JSON at column 15: no such escape"),
    host("an escape of two digits", '{"version": "\\u00"}', "host.json: not JSON at column 18: \\u needs four digits"),
    host("an escaped NUL", '{"version": "\\u0000"}', "host.json: not JSON at column 20: NUL in a string"),
    host("a number without digits", '{"version": -}', "host.json: not JSON at column 14: a digit was expected here"),
    host("no colon", '{"version" 1}', "host.json: not JSON at column 12: ':' was expected here"),
    host("no comma in an object", '{"version": 1 "host": 2}', "host.json: not JSON at column 15: ',' or '}' was expected here"),
    host("no comma in an array", '{"nodes": [1 2]}', "host.json: not JSON at column 14: ',' or ']' was expected here"),
    host("empty", "", "host.json: not JSON at column 1: a value was expected here"),
    host("white space", " \n", "host.json: not JSON at line 2, column 1: a value was expected here"),
    host("text", "hello\n", "host.json: not JSON at line 1, column 1: a value was expected here"),
    host("null", "null", "host.json: must be an object"),
    host("an array", "[]", "host.json: must be an object"),
    host("not closed", '{"version": 1,\n "host": {', "host.json: not JSON at line 2, column 11: a string was expected here"),
    host("a comma too much", '{"version": 1,}', "host.json: not JSON at column 15: a string was expected here"),
    host("something behind", json.dumps(HOST) + "{}", "host.json: not JSON at column 1053: the text should end here"),
    host("two hosts", json.dumps(HOST) + "\n" + json.dumps(HOST),
         "host.json: not JSON at line 2, column 1: the text should end here"),
    host("not UTF-8", json.dumps(HOST).encode().replace(b"hosta", b"h\xf6st"), "host.json: not JSON at column 35: not UTF-8"),
    host("a NUL", json.dumps(HOST).encode().replace(b"hosta", b"h\0st"), "host.json: not JSON at column 35: not UTF-8"),
    host("nested deep", "[" * 100000, "host.json: not JSON at column 17: nested too deep"),
    host("nested deep in a member", '{"version": 1, "host": ' + '{"a": ' * 5000 + "1" + "}" * 5001,
         "host.json: not JSON at column 114: nested too deep"),
    host("a member twice", '{"version": 1, "version": 1}', "host.json: not JSON at column 25: \"version\" is there twice"),
    host("control characters in a name", '{"version": 1, "a\\u001b[31m\\nb": 1}',
         "host.json: unknown member 'a [31m b', known are ..."),
    host("a long name", '{"version": 1, "' + "x" * 100000 + '": 1}',
         "host.json: unknown member 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...', known are ..."),
    host("huge", " " * (17 << 20), "host.json: the JSON text is longer than 16777216 bytes"),
    host("NaN", '{"version": NaN}', "host.json: not JSON at column 13: a value was expected here"),
    host("a number of many digits", '{"version": ' + "9" * 400 + "}",
         "host.json: not JSON at column 413: a number beyond all bounds"),
    row("host: not there", "./none.json: can't open: No such file or directory", READABLE, on="./none.json"),
    row("host: a folder", "./: can't read: Is a directory", READABLE, on="./"),
    row("host: neither",
        '--on hosta: neither a snapshot (a name with "/", or ending in .json or .jsonl) nor a synthetic host '
        '(as in "node:2 core:8")',
        on="hosta"),
    row("hosts: a line in the middle", "hosts.jsonl:2: nodes[0].id: -1 is not in 0 .. 16383", HOW_HOST, on="hosts.jsonl",
        host=f"{json.dumps(HOST)}\n{edited('nodes.0.id', -1)}\n{json.dumps(HOST)}\n"),
    row("hosts: an empty line", "hosts.jsonl:2: not JSON at column 1: a value was expected here", HOW_HOST, on="hosts.jsonl",
        host=f"{json.dumps(HOST)}\n\n{json.dumps(HOST)}\n"),
    row("hosts: cut off", "hosts.jsonl:2: not JSON at column 81: a string does not end, or has a control character", HOW_HOST,
        on="hosts.jsonl", host=f"{json.dumps(HOST)}\n{json.dumps(HOST)[:80]}"),
    row("hosts: not UTF-8", "hosts.jsonl:2: not JSON at column 1: not UTF-8", HOW_HOST, on="hosts.jsonl",
        host=json.dumps(HOST).encode() + b"\n\xff\n"),
    row("hosts: a host over two lines", "hosts.jsonl:1: not JSON at column 2: a string was expected here", HOW_HOST, on="hosts.jsonl",
        host=json.dumps(HOST, indent=1)),
    row("hosts: none", "hosts.jsonl: is empty", "; write a snapshot a line into it", on="hosts.jsonl", host=""),
    row("hosts: not there", "none.jsonl: can't read: No such file or directory", READABLE, on="none.jsonl"),
    row("hosts: a folder", "folder.jsonl: can't read: Is a directory", READABLE, on="folder.jsonl"),
]

SYNTHETIC = [
    line("node:2", "node:2", "core is missing"),
    line("core:2", "core:2", "node is missing"),
    line("node:2 kore:4", "kore:4", "unknown word"),
    line("node:0 core:2", "node:0", "needs a number from 1 to 1024"),
    line("node:-1 core:2", "node:-1", "needs a number from 1 to 1024"),
    line("node:two core:2", "node:two", "needs a number from 1 to 1024"),
    line("node:2 core:", "core:", "needs a number from 1 to 16384"),
    line("node:2 core", "core", "has no ':'"),
    line("node:2 node:2 core:2", "node:2", "is there twice"),
    line("node:99999 core:2", "node:99999", "needs a number from 1 to 1024"),
    line("node:1024 core:16384", "node:1024 core:16384", "has more CPUs than 16384"),
    line("node:2 core:2 thread:65", "thread:65", "needs a number from 1 to 64"),
    line("node:2 core:2 mem:4", "mem:4", "needs a size as in 64G, a whole number up to 1048576T"),
    line("node:2 core:2 mem:4X", "mem:4X", "needs a size as in 64G, a whole number up to 1048576T"),
    line("node:2 core:2 mem:-4G", "mem:-4G", "needs a size as in 64G, a whole number up to 1048576T"),
    line("node:2 core:2 mem:99999999999T", "mem:99999999999T", "needs a size as in 64G, a whole number up to 1048576T"),
    line("node:2 core:2 mem:1.5G", "mem:1.5G", "needs a size as in 64G, a whole number up to 1048576T"),
    line("node:2 core:2 mem:1G mem:2G", "mem:2G", "is there twice"),
    line("node:2 core:2 huge2M", "huge2M", "has no ':'"),
    line("node:2 core:2 huge2M:", "huge2M:", "needs a number of pages up to 549755813888"),
    line("node:2 core:2 huge2M:-1", "huge2M:-1", "needs a number of pages up to 549755813888"),
    line("node:2 core:2 huge3M:1", "huge3M:1", "needs a page size as in huge2M, a power of two"),
    line("node:2 core:2 huge:1", "huge:1", "needs a page size as in huge2M, a power of two"),
    line("node:2 core:2 huge2M:1 huge2048K:2", "huge2048K:2", "is there twice"),
    line("node:2 core:2 huge2M:99999999999999", "huge2M:99999999999999", "needs a number of pages up to 549755813888"),
    line("node:2, core:2", "node:2,", "needs a number from 1 to 1024"),
    line("node: 2 core:2", "node:", "needs a number from 1 to 1024"),
    line(":", ":", "unknown word"),
    line("NODE:2 CORE:2", "NODE:2", "unknown word"),
    row("--on with an escape", f"--on \"node:2 core:2  [31m:1\": ' [31m:1' in the host: unknown word", f"; {WORDS}",
        on="node:2 core:2 \x1b[31m:1"),
    row("--on with a long word", f"--on \"node:2 {'x' * 93}...\": '{'x' * 40}...' in the host: has no ':'", f"; {WORDS}",
        on="node:2 " + "x" * 5000 + " :"),
]

DOMAIN = [
    row("guest: empty", "guest.xml: no XML: the text is empty", HOW_GUEST, guest=""),
    row("guest: text", "guest.xml: XML that does not parse: line 1: ...", HOW_GUEST, guest="hello\n"),
    row("guest: not closed", "guest.xml: XML that does not parse: line 8: ...", HOW_GUEST, guest=GUEST[:200]),
    row("guest: not a domain", "guest.xml: line 1: <network>: is not <domain>", HOW_GUEST, guest="<network/>"),
    row("guest: not UTF-8", "guest.xml: XML that is not UTF-8 at byte 27", HOW_GUEST, guest=GUEST.encode().replace(b"db1", b"d\xf6b")),
    row("guest: another encoding", "guest.xml: XML that declares an encoding other than UTF-8", HOW_GUEST,
        guest="<?xml version='1.0' encoding='ISO-8859-1'?>" + GUEST),
    row("guest: a NUL", "guest.xml: XML with a NUL at byte 27", HOW_GUEST, guest=GUEST.encode().replace(b"db1", b"d\0b")),
    row("guest: a document type", "guest.xml: XML with a document type: take <!DOCTYPE> out", HOW_GUEST,
        guest="<!DOCTYPE domain [<!ENTITY a 'b'>]>" + GUEST),
    row("guest: an outside entity", "guest.xml: XML with a document type: take <!DOCTYPE> out", HOW_GUEST,
        guest="<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + GUEST.replace("db1", "&a;")),
    row("guest: an entity that grows", "guest.xml: XML with a document type: take <!DOCTYPE> out", HOW_GUEST,
        guest="<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>" + GUEST.replace("db1", "&b;")),
    row("guest: an unknown entity", "guest.xml: XML that does not parse: line 3: ...", HOW_GUEST, guest=GUEST.replace("db1", "&a;")),
    row("guest: nested deep", "guest.xml: XML that nests more than 255 elements", HOW_GUEST, guest="<domain>" + "<a>" * 5000),
    row("guest: huge", "guest.xml: longer than 4 MiB", "; is it the right file?",
        guest=GUEST.replace("<devices/>", "<devices>" + " " * (4 << 20) + "</devices>")),
    row("guest: many elements", "guest.xml: XML with more than 200000 elements", HOW_GUEST,
        guest=GUEST.replace("<devices/>", "<devices>" + "<a/>" * 200000 + "</devices>")),
    row("guest: not there", "none.xml: can't open: No such file or directory", READABLE, domain="none.xml"),
    row("guest: a folder", "./: can't read: Is a directory", READABLE, domain="./"),
    guest("no name", "<name>db1</name>", "", "line 1: <domain>: has no <name>"),
    guest("a bad UUID", "c7a5fdbd", "c7a5", "line 3: <uuid>: is not a UUID"),
    guest("no memory", "<memory unit='MiB'>512</memory>", "", "line 1: <domain>: has no <memory>"),
    guest("bad memory", "512", "much", "line 4: <memory>: 'much' is not a number from 0 to 8796093022207"),
    guest("a bad unit", "unit='MiB'>512", "unit='MoB'>512", "line 4: <memory>: unit='MoB' is not a unit, as in KiB or GiB"),
    guest("memory beyond bounds", "unit='MiB'>512", "unit='EiB'>512", "line 4: <memory>: '512' is not a number from 0 to 7"),
    guest("no vCPU", "<vcpu>2", "<vcpu>0", "line 5: <vcpu>: '0' is not a number from 1 to 16384"),
    guest("too many vCPUs", "<vcpu>2", "<vcpu>99999", "line 5: <vcpu>: '99999' is not a number from 1 to 16384"),
    guest("vCPUs by a word", "<vcpu>2", "<vcpu>two", "line 5: <vcpu>: 'two' is not a number from 1 to 16384"),
    guest("two <cputune>", "<numatune/>", "<cputune/>", "line 9: <cputune>: stands twice in <domain>"),
    guest("vcpu@cpuset", "<vcpu>2", "<vcpu cpuset='0-'>2",
          "line 5: <vcpu>: cpuset='0-' is not a set of numbers below 16384, as in 0-3,8"),
    guest("vcpu@placement", "<vcpu>2", "<vcpu placement='here'>2",
          "line 5: <vcpu>: placement='here' is unknown: static or auto"),
    guest("vcpu@current", "<vcpu>2", "<vcpu current='3'>2", "line 5: <vcpu>: current='3' is not a number from 1 to 2"),
    guest("vcpupin beyond", "vcpu='0'", "vcpu='2'", "line 8: <cputune>: <vcpupin> for vCPU 2 of a guest with 2"),
    guest("vcpupin without vcpu", " vcpu='0'", "", "line 8: <vcpupin>: attribute vcpu is missing"),
    guest("vcpupin without cpuset", " cpuset='1'", "", "line 8: <vcpupin>: attribute cpuset is missing"),
    guest("vcpupin with an empty set", "cpuset='1'", "cpuset=''", "line 8: <vcpupin>: cpuset='' is an empty set"),
    guest("vcpupin with a bad set", "cpuset='1'", "cpuset='1-x'",
          "line 8: <vcpupin>: cpuset='1-x' is not a set of numbers below 16384, as in 0-3,8"),
    guest("vcpupin backwards", "cpuset='1'", "cpuset='3-1'",
          "line 8: <vcpupin>: cpuset='3-1' is not a set of numbers below 16384, as in 0-3,8"),
    guest("vcpupin beyond all CPUs", "cpuset='1'", "cpuset='16384'",
          "line 8: <vcpupin>: cpuset='16384' is not a set of numbers below 16384, as in 0-3,8"),
    guest("vcpupin that excludes all", "cpuset='1'", "cpuset='1,^1'", "line 8: <vcpupin>: cpuset='1,^1' is an empty set"),
    guest("vcpupin twice", "</cputune>", "<vcpupin vcpu='0' cpuset='2'/></cputune>", "line 1: <domain>: two <vcpupin> for 0"),
    guest("iothreadpin beyond", "</cputune>", "<iothreadpin iothread='2' cpuset='2'/></cputune>",
          "line 8: <cputune>: <iothreadpin> for I/O thread 2, which the guest does not have"),
    guest("emulatorpin twice", "</cputune>", "<emulatorpin cpuset='2'/><emulatorpin cpuset='3'/></cputune>",
          "line 8: <emulatorpin>: stands twice"),
    guest("a bad scheduler", "</cputune>", "<vcpusched vcpus='0' scheduler='fast'/></cputune>",
          "line 8: <vcpusched>: scheduler='fast' is unknown: batch, idle, fifo or rr"),
    guest("no scheduler", "</cputune>", "<vcpusched vcpus='0'/></cputune>",
          "line 8: <vcpusched>: attribute scheduler is missing: batch, idle, fifo or rr"),
    guest("a scheduler without a priority", "</cputune>", "<vcpusched vcpus='0' scheduler='fifo'/></cputune>",
          "line 8: <vcpusched>: attribute priority is missing"),
    guest("a scheduler for a vCPU beyond", "</cputune>", "<vcpusched vcpus='0-7' scheduler='batch'/></cputune>",
          "line 8: <cputune>: <vcpusched> for vCPU 2 of a guest with 2"),
    guest("a scheduler for an I/O thread beyond", "</cputune>", "<iothreadsched iothreads='5' scheduler='batch'/></cputune>",
          "line 8: <cputune>: <iothreadsched> for I/O thread 5, which the guest does not have"),
    guest("memory of a bad mode", "<numatune/>", "<numatune><memory mode='firm' nodeset='0'/></numatune>",
          "line 9: <memory>: mode='firm' is unknown: strict, preferred, interleave or restrictive"),
    guest("memory without nodes", "<numatune/>", "<numatune><memory mode='strict'/></numatune>",
          "line 9: <memory>: attribute nodeset is missing"),
    guest("memory on a bad set", "<numatune/>", "<numatune><memory mode='strict' nodeset='0,,1'/></numatune>",
          "line 9: <memory>: nodeset='0,,1' is not a set of numbers below 16384, as in 0-3,8"),
    guest("memnode without a cell", "<numatune/>", "<numatune><memnode cellid='2' mode='strict' nodeset='0'/></numatune>",
          "line 9: <numatune>: <memnode> for cell 2 of a guest with 2"),
    guest("memnode without cellid", "<numatune/>", "<numatune><memnode mode='strict' nodeset='0'/></numatune>",
          "line 9: <memnode>: attribute cellid is missing"),
    guest("memnode twice", "<numatune/>", "<numatune><memnode cellid='0' mode='strict' nodeset='0'/>"
          "<memnode cellid='0' mode='strict' nodeset='1'/></numatune>", "line 1: <domain>: two <memnode> for 0"),
    guest("pages for a cell beyond", "<memoryBacking/>",
          "<memoryBacking><hugepages><page size='2' unit='MiB' nodeset='0-2'/></hugepages></memoryBacking>",
          "line 7: <memoryBacking>: <page> for cell 2 of a guest with 2"),
    guest("pages of no size", "<memoryBacking/>",
          "<memoryBacking><hugepages><page size='0' nodeset='0'/></hugepages></memoryBacking>", "line 7: <page>: size is 0"),
    guest("pages twice", "<memoryBacking/>", "<memoryBacking><hugepages><page size='2' unit='MiB' nodeset='0'/>"
          "<page size='1' unit='GiB' nodeset='0-1'/></hugepages></memoryBacking>", "line 1: <domain>: two <page> for one cell"),
    guest("a bad backing", "<memoryBacking/>", "<memoryBacking><source type='disk'/></memoryBacking>",
          "line 7: <source>: type is none of anonymous, file and memfd"),
    guest("a cell with vCPUs beyond", "cpus='1'", "cpus='1-7'", "line 10: <numa>: cell 1 has vCPU 2 of a guest with 2"),
    guest("a vCPU in two cells", "cpus='1'", "cpus='0-1'",
          "line 10: <numa>: cell 1 has vCPU 0, which is in another cell already"),
    guest("two cells of one id", "id='1'", "id='0'", "line 12: <cell>: there are two cells 0"),
    guest("a cell id beyond", "id='1'", "id='5'", "line 12: <cell>: id='5' is not a number from 0 to 1"),
    guest("a cell without memory", " memory='256'", "", "line 11: <cell>: attribute memory is missing"),
    guest("a DIMM without a size", "<devices/>", "<devices><memory model='dimm'><target/></memory></devices>",
          "line 14: <memory>: has no <target> with a <size>"),
    guest("a DIMM in a cell beyond", "<devices/>",
          "<devices><memory model='dimm'><target><size>65536</size><node>5</node></target></memory></devices>",
          "line 14: <devices>: <memory> for cell 5 of a guest with 2"),
    guest("two schedulers for one vCPU", "</cputune>",
          "<vcpusched vcpus='0' scheduler='batch'/><vcpusched vcpus='0-1' scheduler='idle'/></cputune>",
          "line 1: <domain>: two <vcpusched> for one thread"),
    guest("many schedulers", "</cputune>", "<vcpusched vcpus='0' scheduler='batch'/>" * 17000 + "</cputune>",
          "line 8: <vcpusched>: stands more than ... times"),
    guest("many cells", "<cell id='0' cpus='0' memory='256' unit='MiB'/>", "<cell/>" * 17000,
          "line 10: <numa>: has 17001 cells, at most ... are read"),
    guest("many DIMMs", "<devices/>", f"<devices>{'<memory/>' * 17000}</devices>",
          "line 14: <devices>: has 17000 memory devices, at most ... are read"),
    guest("a DIMM on a bad set", "<devices/>", "<devices><memory model='dimm'><source><nodemask>x</nodemask></source>"
          "<target><size>65536</size><node>0</node></target></memory></devices>",
          "line 14: <nodemask>: 'x' is not a set of numbers below 16384, as in 0-3,8"),
]

RULES = [
    policy("vcpu-pins = keep\n", ":1: \"vcpu-pins = keep\" stands before any section; begin with [fit], say"),
    policy("[fit]\nvcpu-pin = keep\n", ":2: unknown key \"vcpu-pin\" in [fit]; did you mean \"vcpu-pins\"? known are: ..."),
    policy("[fitt]\n", ":1: unknown section \"fitt\"; did you mean \"fit\"? known are: ..."),
    policy("[fit\n", ":1: \"[fit\" is no section; write it alone on its line, as in [fit]"),
    policy("[fit]\nvcpu-pins = keep; move\n", ":2: vcpu-pins: unknown action \"move\"; known are: ..."),
    policy("[fit]\nvcpu-pins\n", ":2: \"vcpu-pins\" is neither a section, nor KEY = VALUE, nor a comment; write # before a comment"),
    policy("[fit]\nvcpu-pins = keep\nvcpu-pins = remap\n",
           ":3: key \"vcpu-pins\" stands twice in this file, first in line 2; put both together"),
    policy("[fit]\nthreads = many\n", ":2: threads: unknown value \"many\"; known are: ..."),
    policy("[reserve]\ncpus = 0-\n", ":2: cpus: '0-' is not a set of numbers (at character 1): ..."),
    policy("[reserve]\nmemory = much\n", ":2: memory: \"much\" is no size; write one as 2GiB or 512MiB"),
    policy("[fit]\n[fit]\n", ":2: section \"fit\" stands twice in this file, first in line 1; put both together"),
    policy("[domain]\n", ":1: section [domain] names no guest; write a name or a pattern, as in [domain rt-*]"),
    policy("[host]\n", ":1: section [host] names no host; write its name, as in [host hostb]"),
    policy("[group]\n", ":1: section [group] has no name; write one, as in [group db]"),
    policy("[placement]\n", ":1: section [placement] names no guest and host; write both, as in [placement db1 on hostb]"),
    policy("[placement db1]\n", ":1: section [placement] is for a guest on a host, not for \"db1\"; write both, as in ..."),
    policy("[placement db* on hostb]\n", ":1: section [placement] is for one guest, not for a pattern as in \"db* on hostb\"; write one ..."),
    policy("[host -x]\n", ":1: section [host]: \"-x\" is no host name; write one as in [host hostb]"),
    policy("[host hostb]\nuri =\n", ":2: uri: is empty; write one as qemu+ssh://hostb/system"),
    policy("[host hostb]\nuri = qemu+ssh://a b\n", ":2: uri: \"qemu+ssh://a b\" is no URI: it has a blank; write one as ..."),
    policy("[host hostb]\nlink = ssh 'hostb\n", ":2: link: \"ssh 'hostb\" is no command that a shell could split; close its quotes"),
    policy("[host hostb]\nmaintenance = maybe\n", ":2: maintenance: unknown value \"maybe\"; known are: yes, no"),
    policy("[host hostb]\nmaintenance = yes # disks\n",
           ":2: a comment stands on a line of its own: maintenance: unknown value \"yes # disks\"; known are: yes, no"),
    policy("[domain db1]\nhosts = a b\n", ":2: hosts: \"a b\" is no host name; write names with \";\" between them"),
    policy("[group db]\npolicy = affinity\n", ":1: group \"db\" has no members; write them as in members = db-1; db-2"),
    policy("[group db]\nmembers = a; b\n", ":1: group \"db\" has no policy; write policy = affinity or policy = anti-affinity"),
    policy("[group db]\nmembers = a, b\n", ":2: members: \"a, b\" is no name of a guest; write names with \";\" between them"),
    policy("[group one]\nmembers = a; b\npolicy = affinity\nstrict = yes\n"
           "[group two]\nmembers = a; b\npolicy = anti-affinity\nstrict = yes\n",
           ":5: group \"two\" keeps apart, strictly, guests that group \"one\" (policy.conf:1) keeps together, strictly; no host suits "
           "them: take strict from one of them"),
    policy("[drain]\nparallel = 0\n", ":2: parallel: \"0\" is no number; write one from 1 to 64"),
    policy("[metrics]\nfile = pinshift.prom\n", ':2: file: "pinshift.prom" is no file for metrics; write a path from "/" that ends in ".prom"'),
    policy("[metrics]\nfile = /m.prom\ncluster-file = /m.prom\n",
           ":3: cluster-file: it is that of pinshiftd, too; give pinshift-policyd one of its own"),
    policy("[weights]\nload = -1\n", ":2: load: \"-1\" is no number; write one from 0 to ..."),
    policy("[home]\nsettle = soon\n", ":2: settle: \"soon\" is no time; write one as 10min or 90s"),
    policy("[home]\nsettle = 1001d\n", ":2: settle: \"1001d\" is too long, or its unit is unknown; known are: s, min, h, d"),
    policy("[reserve]\nmemory = 2GB\n", ":2: memory: \"2GB\" is too much, or its unit is unknown; known are: KiB, MiB, GiB, TiB"),
    policy("[fit]\nvcpu-pins = refuse\n", ":2: vcpu-pins: \"refuse\" is not written, it is what remains; leave out ..."),
    policy("[fit]\nvcpu-pins = remap; keep\n",
           ":2: vcpu-pins: \"keep\" stands after \"remap\"; write them from better to worse, each once"),
    policy("[fit]\nvcpu-pins = ;\n", ":2: vcpu-pins: no action; write at least one"),
    policy("[fit]\nvcpu-pins = keep, remap\n",
           ":2: vcpu-pins: unknown action \"keep, remap\" (\";\" separates actions); known are: ..."),
    *(policy(f"[placement db1 on hostb]\n{entry}\n", f":2: {message}") for entry, message in (
        ("vcpupin.0 =", "vcpupin.0: no CPU; write one at least, or leave the key out"),
        ("vcpupin.x = 1", "\"vcpupin.x\": N of vcpupin.N is the number of a vCPU; write one from 0 to 16383"),
        ("vcpupin = 1", "unknown key \"vcpupin\" in [placement db1 on hostb]; did you mean \"vcpupin.N\"? known are: ..."),
        ("memory = 0", "memory: \"0\" has no mode; write strict, preferred, interleave or restrictive, as in \"strict 0-1\""),
        ("memory = strict", "memory: no node; write one at least, or leave the key out"),
        ("memory = preferred 0-1", "memory: \"preferred 0-1\" names several nodes; write the one that is preferred"),
        ("hugepages = 0", "hugepages: \"0\" is no size of a page; write one as 2MiB or 1GiB"),
        ("hugepages = 2MiB; 1GiB", "hugepages: \"2MiB; 1GiB\" has two sizes for one NUMA cell of the guest; write one"),
        ("hugepages = ;", "hugepages: \";\" has no size; write one as 2MiB or 1GiB, or leave the key out"))),
    policy("#" * (5 << 20), ": larger than 4 MiB, so no policy; is it the right file?"),
    policy(b"[fit]\n# \xff\n", ":2: not text in UTF-8; save the file as UTF-8"),
    policy(b"[fit]\n\0\n", ":2: not text in UTF-8; save the file as UTF-8"),
]

ERRORS = [*SNAPSHOT, *SYNTHETIC, *DOMAIN, *RULES]
