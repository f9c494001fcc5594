/* A PKCS#11 library that hands each call to the library in WSS_PROXY_TARGET, and fails as the file in WSS_PROXY_FAULT says:
   "RV once" (the next operation), "RV always" (until the file is gone), "RV restart" (until C_Initialize), "RV empty" (until
   C_Initialize, and no slot has a token), and "RV decrypt" (C_Decrypt alone). RV is hexadecimal. It counts the calls of C_Initialize in the file with ".starts". */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long rv_t;
typedef rv_t (*any_t)(void *, void *, void *, void *, void *);
struct list { unsigned char major, minor; any_t call[68]; };
enum { INITIALIZE = 0, GET_LIST = 3, GET_SLOTS = 4, OPEN_SESSION = 12, FIND = 26, DECRYPT = 34, SIGN = 43 };

static struct list ours, *theirs;

static int fault(rv_t *rv, char *mode) {
    FILE *file = fopen(getenv("WSS_PROXY_FAULT"), "r");
    if (!file) return 0;
    int read = fscanf(file, "%lx %15s", rv, mode);
    fclose(file);
    return read == 2;
}

static rv_t told(int at) {
    rv_t rv = 0;
    char mode[16];
    if (!fault(&rv, mode)) return 0;
    if (!strcmp(mode, "decrypt") && at != DECRYPT) return 0;
    if (!strcmp(mode, "once")) unlink(getenv("WSS_PROXY_FAULT"));
    return rv;
}

#define PROXY(name, at) \
    static rv_t name(void *a, void *b, void *c, void *d, void *e) { \
        rv_t rv = told(at); \
        return rv ? rv : theirs->call[at](a, b, c, d, e); \
    }
PROXY(open_session, OPEN_SESSION)
PROXY(find, FIND)
PROXY(sign, SIGN)
PROXY(decrypt, DECRYPT)

static rv_t initialize(void *a, void *b, void *c, void *d, void *e) {
    rv_t rv;
    char mode[16], starts[4096];
    if (fault(&rv, mode) && (!strcmp(mode, "restart") || !strcmp(mode, "empty"))) unlink(getenv("WSS_PROXY_FAULT"));
    snprintf(starts, sizeof starts, "%s.starts", getenv("WSS_PROXY_FAULT"));
    FILE *file = fopen(starts, "a");
    if (file) { fputc('+', file); fclose(file); }
    return theirs->call[INITIALIZE](a, b, c, d, e);
}

static rv_t slots(void *present, void *list, void *count, void *d, void *e) {
    rv_t rv;
    char mode[16];
    if (fault(&rv, mode) && !strcmp(mode, "empty")) { *(unsigned long *)count = 0; return 0; }
    return theirs->call[GET_SLOTS](present, list, count, d, e);
}

rv_t C_GetFunctionList(struct list **out) {
    void *library = dlopen(getenv("WSS_PROXY_TARGET"), RTLD_NOW);
    rv_t (*get)(struct list **) = library ? (rv_t (*)(struct list **))dlsym(library, "C_GetFunctionList") : 0;
    if (!get) return 5;
    rv_t rv = get(&theirs);
    if (rv) return rv;
    ours = *theirs;
    ours.call[INITIALIZE] = initialize;
    ours.call[GET_LIST] = (any_t)C_GetFunctionList;
    ours.call[GET_SLOTS] = slots;
    ours.call[OPEN_SESSION] = open_session;
    ours.call[FIND] = find;
    ours.call[SIGN] = sign;
    ours.call[DECRYPT] = decrypt;
    *out = &ours;
    return 0;
}
