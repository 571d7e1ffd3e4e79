# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a guest that runs on one host gets to another, to run there: flags of virsh migrate, and other ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..guest import Guest
from ..host import URI, Host
from ..migrate import migrate, uri
from ..result import Result
from .pattern import wait_until_filled
from .trip import MOVE, Faults


@dataclass(frozen=True)
class Moved:
    """DONE is what was said; where it is well, the guest runs at the other host, else where it was."""

    done: Result
    faults: Faults = ()


Way = Callable[[Guest, Host, Host], Moved]

# Each takes the guest's name as $1, and what migrates it has its destination as $2. One shell does all, for round trips cost.
VIRSH = f'virsh () {{ command virsh -q -k 0 -c {URI} "$@"; }}\n'
AGAIN = """
mkdir -p /run/pinlab
done=/run/pinlab/$1.done
rm -f "$done"
{{ virsh migrate --live {flags} --bandwidth 1 --domain "$1" --desturi "$2"; echo $? >"$done"; }} &
until test -e "$done"; do
  {attempt} && echo {word} && break
done
wait
exit "$(cat "$done")"
"""
SWITCHED, ABORTED = "switched", "aborted"
POSTCOPY = VIRSH + AGAIN.format(flags=f"--postcopy {' '.join(MOVE)}", word=SWITCHED,
                                attempt='virsh migrate-postcopy "$1" 2>/dev/null')
ABORT = VIRSH + AGAIN.format(flags=" ".join(MOVE), word=ABORTED, attempt="""\
virsh domjobinfo "$1" 2>/dev/null | grep -q 'Memory processed: .*[1-9].* ' &&
    virsh domjobabort "$1" 2>/dev/null""")

TITLE = "on its way"
RETITLE = VIRSH + f"""
mkdir -p /run/pinlab
xml=/run/pinlab/$1.xml
virsh dumpxml --migratable --security-info "$1" >"$xml"
if grep -q '<title>' "$xml"; then edit='/<title>/d'; else edit='s|</uuid>|</uuid><title>{TITLE}</title>|'; fi
sed -i "$edit" "$xml"
virsh migrate --live {' '.join(MOVE)} --xml "$xml" --domain "$1" --desturi "$2"
"""

# $1 is the destination, the others are guests: a line for each, of what was said and virsh's status.
TOGETHER = VIRSH + f"""
mkdir -p /run/pinlab
uri=$1
shift
for guest; do
  {{ virsh migrate --live {' '.join(MOVE)} --domain "$guest" --desturi "$uri"; echo $?; }} >"/run/pinlab/$guest.said" 2>&1 &
done
wait
for guest; do
  printf '%s\\t%s\\n' "$guest" "$(tr '\\n' ' ' <"/run/pinlab/$guest.said")"
done
"""

# The image $1 of guest $2, which is printed; and the guest of an image that is there, or that is read.
SAVE = VIRSH + 'virsh save "$2" "$1" >&2 && base64 "$1"'
RESTORE = VIRSH + """
test -e "$1" || base64 -d >"$1"
virsh restore "$1"
status=$?
rm -f "$1"
exit $status
"""


def by_flags(*flags: str) -> Way:
    """virsh migrate --live with FLAGS."""
    return lambda guest, source, target: Moved(migrate(guest, source, target, *flags, check=False))


def by_post_copy(guest: Guest, source: Host, target: Host) -> Moved:
    """A stream that is so slow that the switch comes in time."""
    done = source.run("sh", "-c", POSTCOPY, "sh", guest.name, uri(target), check=False)
    return Moved(done, () if SWITCHED in done.out or not done.ok else ("it came before it was switched to post-copy",))


def aborted(guest: Guest, source: Host, target: Host) -> Result:
    """What virsh said of a migration that was aborted in the stream; ABORTED is in its output unless that came too late."""
    return source.run("sh", "-c", ABORT, "sh", guest.name, uri(target), check=False)


def with_xml(guest: Guest, source: Host, target: Host) -> Moved:
    """With --xml, in which the guest has a title where it had none, and none where it had one."""
    before = _title(guest, source)
    done = source.run("sh", "-c", RETITLE, "sh", guest.name, uri(target), check=False)
    if not done.ok:
        return Moved(done)
    wanted, seen = "" if before else TITLE, _title(guest, target)
    return Moved(done, () if seen == wanted else (f"its title is {seen!r} on {target.name}, not {wanted!r}",))


def _title(guest: Guest, host: Host) -> str:
    said = host.virsh("desc", "--title", guest.name, check=False).out.strip()
    return said if said == TITLE else ""


def offline(guest: Guest, source: Host, target: Host) -> Moved:
    """Its definition alone moves, and starts."""
    source.virsh("destroy", guest.name)
    done = migrate(guest, source, target, "--offline", *MOVE, check=False, live=False)
    here = target if done.ok else source
    begun = here.virsh(f"domstate {guest.name}; start {guest.name}", check=False)
    if begun.ok:
        wait_until_filled(here, guest)
    return Moved(begun if done.ok and not begun.ok else done, _was("shut off", begun, here))


def suspended(guest: Guest, source: Host, target: Host) -> Moved:
    """It is paused before, and resumed behind."""
    source.virsh("suspend", guest.name)
    done = migrate(guest, source, target, *MOVE, check=False)
    here = target if done.ok else source
    return Moved(done, _was("paused", here.virsh(f"domstate {guest.name}; resume {guest.name}", check=False), here))


def _was(wanted: str, said: Result, host: Host) -> Faults:
    seen = said.out.strip().splitlines()[:1]
    return () if seen == [wanted] else (f"it is {' '.join(seen) or 'nowhere'} on {host.name}, not {wanted}",)


def saved(guest: Guest, source: Host, target: Host) -> Moved:
    """Saved here, restored there: or here again."""
    image = f"/var/tmp/{guest.name}.image"
    text = source.run("sh", "-c", SAVE, "sh", image, guest.name).out
    done = target.run("sh", "-c", RESTORE, "sh", image, input=text, check=False)
    if done.ok:
        source.run("rm", "-f", image)
        return Moved(done)
    again = source.run("sh", "-c", RESTORE, "sh", image, check=False)
    return Moved(done, () if again.ok else (f"it is not restored on {source.name}: {again.err}",))


def renamed(name: str) -> Way:
    """It is called NAME from then on."""
    return by_flags("--dname", name, *MOVE)


def together(guests: Sequence[Guest], source: Host, target: Host) -> list[Result]:
    """All at once, each with a virsh of its own."""
    out = source.run("sh", "-c", TOGETHER, "sh", uri(target), *(guest.name for guest in guests)).out
    said = dict(line.split("\t", 1) for line in out.splitlines())
    return [_ended(guest, *said[guest.name].rsplit(maxsplit=1)[::-1]) for guest in guests]


def _ended(guest: Guest, status: str, said: str = "") -> Result:
    return Result(("virsh", "migrate", guest.name), int(status), "", said)
