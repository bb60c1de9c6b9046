# SPDX-License-Identifier: BSD-3-Clause
"""Real parts for the system tests and the demonstration: one noun a file."""
