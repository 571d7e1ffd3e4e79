// SPDX-License-Identifier: LGPL-2.1-or-later
// What went wrong on the bus, in one plain line that says what to do.

const ABSENT = /^(org\.freedesktop\.DBus\.Error\.(ServiceUnknown|NameHasNoOwner|NoReply|Disconnected|Spawn\..*)|org\.freedesktop\.systemd1\..*)$/;
const BY_BUS = /Rejected send message|not authorized to send message/;

export const NO_SERVICE = "pinshift-policyd does not answer on this host. Start it with: systemctl enable --now pinshift-policyd. " +
    "If it runs on another host of the cluster, open this page there.";
const NO_RIGHTS = "You may not see the cluster. Turn on administrative access at the top of Cockpit, or join the group libvirt and log in again.";
const NO_WAY = "The connection to this host is lost. Reconnect, and this page goes on.";
const UNREADABLE = "The answer of pinshift-policyd can't be read; is it of another version? Try: systemctl restart pinshift-policyd.";

/** Whether there is nobody to answer. */
export function isAbsence(error) {
    return error.problem === "not-found" || ABSENT.test(error.name ?? "");
}

/** Whether the service is one that does not know this call yet. */
export function isUnknownCall(error) {
    return /\.UnknownMethod$/.test(error.name ?? "");
}

/** @error, of cockpit.js or of JSON.parse, for people. */
export function explain(error) {
    if (isAbsence(error))
        return NO_SERVICE;
    if (error.problem === "access-denied" || (/\.AccessDenied$/.test(error.name ?? "") && BY_BUS.test(error.message)))
        return NO_RIGHTS;
    if (error.problem)
        return NO_WAY;
    return error instanceof SyntaxError ? UNREADABLE : error.message || String(error);
}
