// libpq, opened when the first connection is thought of: linking to it would cost every start of the
// program the loading of some thirty libraries (TLS, Kerberos, LDAP).
#ifndef RUNBOOK_LIBPQ_H
#define RUNBOOK_LIBPQ_H

#include <stdbool.h>

#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
// Debian's place for it.
#include <postgresql/libpq-fe.h>
#endif

/// Opens libpq. No function of it may be called before this has said true; false means that there is no
/// libpq on this machine.
bool runbook_libpq_open(void);

#endif
