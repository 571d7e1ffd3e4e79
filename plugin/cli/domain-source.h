/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a domain named on the command line comes from: a file, standard input, or libvirt. */
#pragma once

#include "cli.h"

#include "format/domain-read.h"

typedef enum
{
  PIN_DOMAIN_PRESENT, /* of a guest that runs, what it is; else what is stored */
  PIN_DOMAIN_STORED,  /* what libvirt starts it with next */
  PIN_DOMAIN_SECRET   /* the same with its passwords, for which libvirt wants more than a reader */
} PinDomainSide;

/*
 * The domain that @domain names: a file if it has a "/", ends in ".xml" or is "-"; else a name, id or UUID at libvirt, of
 * which @side is read.  @*ret_xml (transfer full): its XML, @*ret_length bytes and a NUL.
 * Returns: (transfer full); NULL with PIN_ERROR_INVALID for a bad file, which it names, PIN_ERROR_NOT_FOUND or
 * PIN_ERROR_FAILED from libvirt.
 */
PinDomain *pin_domain_source_parse (const PinCli *cli, const char *domain, PinDomainSide side, char **ret_xml,
                                    gsize *ret_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
