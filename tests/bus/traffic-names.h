/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a test and traffic.c, in pinshiftd, say to each other. */
#pragma once

#define TRAFFIC_URI "test:///default"
#define TRAFFIC_HOST_UUID "11111111-2222-4333-8444-555555555555"
#define TRAFFIC_PACKET_MAX (64 * 1024)

/* What the name of a guest begins with: one that comes by a migration and leaves by one; one that ends before it is here; all others start
 * here. */
#define TRAFFIC_COMES "guest-"
#define TRAFFIC_IS_LOST "lost-"

/* About XML. */
#define TRAFFIC_CREATE "create"
#define TRAFFIC_DEFINE "define"
/* About a UUID. */
#define TRAFFIC_DESTROY "destroy"
#define TRAFFIC_UNDEFINE "undefine"
#define TRAFFIC_DONE "done"
/* About nothing: from now on libvirt does not tell the service how a domain is; the service waits for that; it is told again. */
#define TRAFFIC_HOLD "hold"
#define TRAFFIC_HELD "held"
#define TRAFFIC_GO "go"
/* About nothing: the service has been told of all domains since. */
#define TRAFFIC_LISTED "listed"
/* About nothing; the answer are two numbers: those of Tally. */
#define TRAFFIC_HEAP "heap"
