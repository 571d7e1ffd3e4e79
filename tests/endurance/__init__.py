# SPDX-License-Identifier: LGPL-2.1-or-later
"""What long runs have printed, as figures, and as the tables of docs/endurance.md."""
