/* libxml2 and libxmlsec1 on the messages our own benchmark measures, in one process, without I/O in the loop.
 *
 * xmlsec1 c14n FILE             parse, then exclusive canonical form of the whole document to memory
 * xmlsec1 verify FILE CERT      parse, register Ids, verify the first ds:Signature with the certificate's key
 *
 * Prints the median of the runs in nanoseconds. Built by `cargo run -p wss-benches --bin compare`.
 */
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

static char *octets;
static int length;
static xmlSecKeyPtr key;

static xmlDocPtr parse(void) {
    return xmlReadMemory(octets, length, "message.xml", NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
}

static int canonicalise(void) {
    xmlDocPtr document = parse();
    if (document == NULL) return -1;
    xmlChar *out = NULL;
    int written = xmlC14NDocDumpMemory(document, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &out);
    xmlFree(out);
    xmlFreeDoc(document);
    return written > 0 ? 0 : -1;
}

static int verify(void) {
    static const xmlChar *ids[] = {(const xmlChar *)"Id", NULL};
    xmlDocPtr document = parse();
    if (document == NULL) return -1;
    xmlSecAddIDs(document, xmlDocGetRootElement(document), ids);
    xmlNodePtr node = xmlSecFindNode(xmlDocGetRootElement(document), xmlSecNodeSignature, xmlSecDSigNs);
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    context->signKey = xmlSecKeyDuplicate(key);
    int outcome = xmlSecDSigCtxVerify(context, node);
    int valid = outcome == 0 && context->status == xmlSecDSigStatusSucceeded;
    xmlSecDSigCtxDestroy(context);
    xmlFreeDoc(document);
    return valid ? 0 : -1;
}

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int ascending(const void *left, const void *right) {
    long long l = *(const long long *)left, r = *(const long long *)right;
    return (l > r) - (l < r);
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    FILE *file = fopen(arguments[2], "rb");
    if (file == NULL) return 2;
    fseek(file, 0, SEEK_END);
    length = (int)ftell(file);
    rewind(file);
    octets = malloc((size_t)length);
    if (fread(octets, 1, (size_t)length, file) != (size_t)length) return 2;
    fclose(file);
    xmlInitParser();
    if (xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0) return 2;
    xmlSecErrorsSetCallback(NULL);
    int (*operation)(void) = canonicalise;
    if (strcmp(arguments[1], "verify") == 0) {
        operation = verify;
        key = xmlSecCryptoAppKeyLoad(arguments[3], xmlSecKeyDataFormatCertPem, NULL, NULL, NULL);
        if (key == NULL) return 2;
    }
    static long long times[20000];
    int runs = 0;
    long long started = now();
    while (runs < 20000 && (runs < 5 || now() - started < 1000000000LL)) {
        long long before = now();
        if (operation() != 0) return 1;
        times[runs++] = now() - before;
    }
    qsort(times, (size_t)runs, sizeof times[0], ascending);
    printf("%lld\n", times[runs / 2]);
    return 0;
}
