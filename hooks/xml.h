/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The domain XML on its way through the hook: in on stdin, sealed, and out on stdout. Never parsed. */

#pragma once

#include "line.h"

#include <stdbool.h>

/* libvirt's own limit for a string of its protocol, in bytes. */
#define PIN_XML_MAX (4u << 20)

/* A UUID in text, with its NUL. */
#define PIN_UUID_SIZE 37

/* Reads stdin to its end into a sealed memfd; its descriptor is returned, the caller's to close. On failure -1,
 * and @why says what is wrong with stdin. */
int pin_xml_read (PinLine *why) __attribute__ ((warn_unused_result));

/* Whether what the memfd @fd holds is a domain in which nothing names CPUs, nodes or page sizes of a host: by the words of
 * libvirt's own elements, unparsed. Where it can't be told, false. */
bool pin_xml_is_untuned (int fd);

/* Reads stdin until the first <uuid> element, which is the domain's own, as libvirt writes it before anything
 * that a user may have chosen but the name, and escapes that. False if there is none. */
bool pin_xml_read_uuid (char ret_uuid[PIN_UUID_SIZE]) __attribute__ ((warn_unused_result));

/* Maps what the sealed memfd @fd holds. NULL, and @why says so, if it is not sealed against changes, or empty, or
 * larger than PIN_XML_MAX: then it is not an answer that can be relied on. The mapping lives as long as the process. */
const char *pin_xml_map (int fd, size_t *ret_size, PinLine *why) __attribute__ ((warn_unused_result));

/* Writes @size bytes of @xml to stdout. False if not every byte went out. */
bool pin_xml_print (const char *xml, size_t size) __attribute__ ((warn_unused_result));
