# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records of guests that are not to be believed: said in one line, and the plan is made without them."""

from __future__ import annotations

import json

from error import Error, of_files
from input import GUEST, HOST, POLICY

HOW = "; what it has now counts as written, and pinshift adopt records that"
BEYOND = "; what it has now is planned as if it were written, and pinshiftd leaves both as they are"
NS = "urn:pinshift:record:1"
RECORD = """<record xmlns='urn:pinshift:record:1' version='1' guest='c7a5fdbd-edaf-9455-926a-d65c16db1809' migration='0d5c-11'>
<home id='0' name='hosta' uuid='9f2c1ab0-6f5c-4a53-9d7e-08a1f2d1c001'>
<shape cores='0 1'>
<node id='0' cpus='0-1' distances='10'/>
</shape></home>
<cpu model='EPYC'><features>aes vmx</features></cpu>
<setting name='vcpu-pins' home='0' action='remap' reason='CPU 1 is taken'><original>
<vcpupins>1</vcpupins>
</original><given/></setting>
<setting name='hugepages'><original><dimm index='0' pagesize='2048'/></original></setting>
</record>
"""


def row(name: str, old: str, new: str, line: str, record: str = RECORD, how: str = HOW) -> Error:
    assert old in record, old
    text = record.replace(old, new, 1)
    guest = GUEST.replace("<memoryBacking/>", f"<metadata>{text}</metadata><memoryBacking/>")
    words = ("plan", "guest.xml", "--on", "host.json", "--policy", "policy.conf", "--json")
    files = of_files({"guest.xml": guest, "host.json": json.dumps(HOST), "policy.conf": POLICY})
    return Error(f"record: {name}", words, f"the record of db1 is ignored: {line}{how}", "the record of db1", how, 0, files, prints=True)


ERRORS = [
    row("of no name", "<record xmlns", "<note xmlns", "line ...: <note>: is not a record", RECORD.replace("</record>", "</note>")),
    row("of no version", " version='1'", "", "line ...: <record>: attribute version is missing"),
    row("of another version", "version='1'", "version='9'", "the record is of version 9, only 1 is read", how=BEYOND),
    row("of another guest", "c7a5fdbd", "c7a5fdbe", "the record is that of another guest, c7a5fdbe-..."),
    row("of no guest", "guest='c7a5fdbd", "guest='c7a5", "line ...: <record>: attribute guest is not a UUID"),
    row("of a migration that is none", "0d5c-11", "0d5c 11", "line ...: <record>: migration is not an ID"),
    row("too long", "<home", f"<!--{'x' * 70000}--><home", "line ...: <...>: the record is longer than 65536 bytes"),
    row("with an attribute", "name='hosta'", "xmlns:x='urn:x' x:name='hosta'", "line ...: <home>: attribute name is unknown, of another namespace"),
    row("with an element", "<cpu", "<gpu xmlns='urn:x'/><cpu", "line ...: <gpu>: is unknown in <record>, of another namespace"),
    row("with a record", "<cpu", "<record/><cpu", "line ...: <record>: is unknown in <record>: no record stands in another"),
    row("with text", "<original>", "<original>x", "line ...: <original>: holds text or other things that do not belong in it"),
    row("with a long name", "name='hosta'", f"name='{'a' * 5000}'", "line ...: <home>: name is longer than ... bytes"),
    row("with a control character", "name='hosta'", "name='host&#x85;a'", "line ...: <home>: name has control characters"),
    row("with a host of no UUID", "uuid='9f2c1ab0", "uuid='9f2c", "line ...: <home>: uuid is not a UUID"),
    row("with two shapes", "</shape>", "</shape><shape/>", "line ...: <home>: has two shapes, or is one of more than ... homes"),
    row("with features that are none", "aes vmx", "aes v,mx", "line ...: <features>: is not a list of at most ... names of features"),
    row("with features twice", "</features>", "</features><features/>", "line ...: <features>: stands twice"),
    row("with two CPU models", "<cpu", "<cpu/><cpu", "line ...: <cpu>: stands twice"),
    row("with a setting of no name", "name='vcpu-pins' ", "", "line ...: <setting>: name is no setting"),
    row("with a setting twice", "name='hugepages'", "name='vcpu-pins'", "line ...: <setting>: vcpu-pins stands twice"),
    row("with a setting's other element", "<vcpupins>1</vcpupins>", "<emulatorpin cpuset='1'/>",
        "line ...: <original>: has elements of emulator-pins in vcpu-pins"),
    row("with an action of another setting", "action='remap'", "action='warn'", "line ...: <setting>: action is none of vcpu-pins"),
    row("with an original twice", "</original><given/>", "</original><original/>", "line ...: <original>: stands twice"),
    row("with a home that it does not have", "home='0'", "home='1'", "line ...: <setting>: home='1' is not a number from 0 to 0"),
    row("with a home, and no homes", RECORD[RECORD.index("<home"):RECORD.index("<cpu")], "",
        "line ...: <setting>: has a home, but the record has none"),
    row("with pins that are none", "<vcpupins>1", "<vcpupins>one", "line ...: <vcpupins>: 'one' is not a pin, as in 4 or 0-3=8-11, or ..."),
    row("with pins twice", "<vcpupins>1", "<vcpupins>0=1 0=2", "line ...: <original>: two <vcpupin> for 0"),
    row("with a DIMM of nothing", " pagesize='2048'", "", "line ...: <dimm>: has neither pagesize nor nodemask"),
    row("with cores that are none", "cores='0 1'", "cores='0 x'", "line ...: <shape>: cores is not a list of sets of CPUs"),
    row("with a core twice", "cores='0 1'", "cores='0 0'", "line ...: <shape>: cores has CPU 0 twice"),
    row("with distances that are none", "distances='10'", "distances='far'",
        "line ...: <node>: distances is not a list of numbers from 1 to ..."),
    row("with too many distances", "distances='10'", "distances='10 20'", "line ...: <node>: has 2 distances to 1 nodes"),
    row("with nodes out of order", "<node id='0'", "<node id='0' cpus='' distances='10 20'/><node id='0'",
        "line ...: <node>: id 0 does not stand in order"),
    row("with no node", "<node id='0' cpus='0-1' distances='10'/>", "", "line ...: <shape>: has 0 nodes"),
    row("with a CPU on two nodes", "<node id='0' cpus='0-1' distances='10'/>",
        "<node id='0' cpus='0-1' distances='10 20'/><node id='1' cpus='1' distances='20 10'/>",
        "line ...: <shape>: CPU 1 is there twice"),
    row("with siblings that are not there", "cores='0 1'", "cores='0-7'",
        "line ...: <shape>: CPU 0 names CPU ... as one of its core, which does not exist"),
    row("with many siblings", "<shape cores='0 1'>\n<node id='0' cpus='0-1'", "<shape cores='0-299'>\n<node id='0' cpus='0-299'",
        "line ...: <shape>: CPU 0 shares its core with 299 others; 254 are possible"),
]
