# SPDX-License-Identifier: LGPL-2.1-or-later
"""The matrix: every kind of guest, between every two kinds of hosts, there and back."""
