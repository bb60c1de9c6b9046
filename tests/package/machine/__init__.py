# SPDX-License-Identifier: BSD-3-Clause
"""A Debian that is booted as a container, and what people do on it."""
