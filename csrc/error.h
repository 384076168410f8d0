/* SPDX-License-Identifier: MIT
 *
 * The error of a function of the core: two static texts, and an errno where a system call failed. Never holds a path, a key or a
 * byte of a picture.
 */
#ifndef IDOCR_ERROR_H
#define IDOCR_ERROR_H

struct idocr_error {
    const char *code;    /* short and stable: "open", "read", "changed", ... */
    const char *message; /* one sentence without a final dot */
    int system;          /* an errno, or 0 */
};

/* Stores the error and returns -1, so that a function can end with `return idocr_fail(...)`. */
static inline int idocr_fail(struct idocr_error *error, const char *code, const char *message, int system)
{
    error->code = code;
    error->message = message;
    error->system = system;
    return -1;
}

#endif
