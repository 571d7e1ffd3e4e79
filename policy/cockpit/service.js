// SPDX-License-Identifier: LGPL-2.1-or-later
// org.pinshift.Cluster1 on the system bus: its calls, and its objects as they are now.

import { explain, isAbsence, NO_SERVICE } from "./failure.js";

const NAME = "org.pinshift.Cluster1";
const PATH = "/org/pinshift/Cluster1";
const BUS = "org.freedesktop.DBus";
const MANAGER = "org.freedesktop.DBus.ObjectManager";
const PROPERTIES = "org.freedesktop.DBus.Properties";

/** "changed" when an object came, changed or went, "state" when @failure changed. */
export class Service extends EventTarget {
    #client = null;
    failure = "";     // one line for people; empty: all is well
    ready = false;    // whether objects are known
    properties = {};  // of the cluster itself
    objects = new Map(); // by path, {interface: {property: value}}

    /** The bus itself tells when the service comes and goes, also where it was never there. */
    constructor() {
        super();
        this.bus = cockpit.dbus(BUS, { bus: "system" });
        this.bus.subscribe({ interface: BUS, member: "NameOwnerChanged", arg0: NAME }, (_path, _interface, _signal, args) => this.#own(args[2]));
    }

    /** Begins, or begins again: after that nothing of what was is left. */
    connect() {
        this.#client?.close();
        const client = this.#client = cockpit.dbus(NAME, { bus: "system", superuser: "try" });

        client.addEventListener("close", (_event, closed) => client === this.#client && closed.problem && this.#lose(explain(closed)));
        client.subscribe({ path_namespace: PATH }, (path, name, signal, args) => client === this.#client && this.#hear(path, name, signal, args));
        this.#read(client);
    }

    /** Calls @method of the cluster, or of the object at @path. */
    async call(method, type, args, { path = PATH, name = NAME } = {}) {
        return (await this.#client.call(path, name, method, args, { type }))[0];
    }

    /** The same, of a call that answers with JSON. */
    async ask(method, type, args) {
        return JSON.parse(await this.call(method, type, args));
    }

    /** Objects that have interface @name of the cluster, as {path, ...properties}, by the order of their paths. */
    all(name) {
        const wanted = `${NAME}.${name}`;
        const found = [...this.objects].filter(([, object]) => wanted in object);

        return found.map(([path, object]) => ({ path, ...object[wanted] }));
    }

    #own(owner) {
        if (owner === "")
            this.#lose(NO_SERVICE);
        else
            this.connect(); // it was started, and may be another version
    }

    async #read(client) {
        try {
            const [objects] = await client.call(PATH, MANAGER, "GetManagedObjects", [], { type: "" });
            const [properties] = await client.call(PATH, PROPERTIES, "GetAll", [NAME], { type: "s" });

            if (client === this.#client)
                this.#begin(objects, properties);
        } catch (error) {
            if (client === this.#client)
                this.#lose(isAbsence(error) ? NO_SERVICE : explain(error));
        }
    }

    #begin(objects, properties) {
        this.objects = new Map(Object.entries(objects).map(([path, object]) => [path, plainObject(object)]));
        this.properties = plain(properties);
        this.ready = true;
        this.failure = "";
        this.#tell("state");
        this.#tell("changed");
    }

    #lose(failure) {
        this.objects.clear();
        this.ready = false;
        this.failure = failure;
        this.#tell("state");
        this.#tell("changed");
    }

    #hear(path, name, signal, args) {
        if (!this.ready)
            return;
        if (name === PROPERTIES && signal === "PropertiesChanged")
            this.#change(path, args[0], plain(args[1]));
        else if (name === MANAGER && signal === "InterfacesAdded")
            this.objects.set(args[0], { ...this.objects.get(args[0]), ...plainObject(args[1]) });
        else if (name === MANAGER && signal === "InterfacesRemoved")
            this.objects.delete(args[0]);
        this.#tell("changed");
    }

    #change(path, name, values) {
        const object = this.objects.get(path);

        if (path === PATH && name === NAME)
            Object.assign(this.properties, values);
        else if (object && name in object)
            object[name] = { ...object[name], ...values };
    }

    #tell(event) {
        this.dispatchEvent(new Event(event));
    }
}

/** Variants without their types. */
function plain(values) {
    return Object.fromEntries(Object.entries(values).map(([key, variant]) => [key, variant.v]));
}

function plainObject(interfaces) {
    return Object.fromEntries(Object.entries(interfaces).map(([name, values]) => [name, plain(values)]));
}
