/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a domain named on the command line comes from: a file, standard input, or libvirt. */
#pragma once

#include "cli.h"

#include "format/domain-read.h"

/*
 * The XML of @domain: a file if it has a "/", ends in ".xml" or is "-"; else a name, id or UUID at libvirt.
 * Returns: (transfer full), @*ret_length bytes and a NUL; NULL with PIN_ERROR_INVALID for a bad file,
 * PIN_ERROR_NOT_FOUND or PIN_ERROR_FAILED from libvirt.
 */
char *pin_domain_source_read (const PinCli *cli, const char *domain, gsize *ret_length,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
