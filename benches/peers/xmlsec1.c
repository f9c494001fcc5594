/* libxml2 and libxmlsec1 on the messages our own benchmark measures, in one process, without I/O in the loop.
 *
 * xmlsec1 OPERATION FOLDER KEYS
 *
 * c14n      parse envelope.xml, then its exclusive canonical form to memory
 * verify    parse signed.xml, register Ids, verify the first ds:Signature with the key of alice's certificate
 * sign      parse template.xml (the signed message without digests and value), sign with alice's key, write
 * encrypt   parse envelope.xml, encrypt the content of the Body with AES-128-GCM under a key for bob (RSA-OAEP), write
 * decrypt   parse what encrypt wrote, decrypt with bob's key, write
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
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlenc.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

static char *octets;
static int length;
static xmlSecKeyPtr key;
static xmlSecKeysMngrPtr keys;
static xmlChar *written;
static int written_length;

static xmlDocPtr parse(void) {
    return xmlReadMemory(octets, length, "message.xml", NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
}

static int write_out(xmlDocPtr document) {
    xmlFree(written);
    written = NULL;
    xmlDocDumpMemory(document, &written, &written_length);
    return written_length > 0 ? 0 : -1;
}

static int canonicalise(void) {
    xmlDocPtr document = parse();
    if (document == NULL) return -1;
    xmlChar *out = NULL;
    int size = xmlC14NDocDumpMemory(document, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &out);
    xmlFree(out);
    xmlFreeDoc(document);
    return size > 0 ? 0 : -1;
}

/* The first signature, with the Ids of the document known. */
static xmlNodePtr signature(xmlDocPtr document) {
    static const xmlChar *ids[] = {(const xmlChar *)"Id", NULL};
    xmlSecAddIDs(document, xmlDocGetRootElement(document), ids);
    return xmlSecFindNode(xmlDocGetRootElement(document), xmlSecNodeSignature, xmlSecDSigNs);
}

static int verify(void) {
    xmlDocPtr document = parse();
    if (document == NULL) return -1;
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    context->signKey = xmlSecKeyDuplicate(key);
    int outcome = xmlSecDSigCtxVerify(context, signature(document));
    int valid = outcome == 0 && context->status == xmlSecDSigStatusSucceeded;
    xmlSecDSigCtxDestroy(context);
    xmlFreeDoc(document);
    return valid ? 0 : -1;
}

static int sign(void) {
    xmlDocPtr document = parse();
    if (document == NULL) return -1;
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    context->signKey = xmlSecKeyDuplicate(key);
    int outcome = xmlSecDSigCtxSign(context, signature(document));
    if (outcome == 0) outcome = write_out(document);
    xmlSecDSigCtxDestroy(context);
    xmlFreeDoc(document);
    return outcome;
}

static int encrypt(void) {
    xmlDocPtr document = parse();
    if (document == NULL) return -1;
    xmlNodePtr body = xmlSecFindChild(xmlDocGetRootElement(document), (const xmlChar *)"Body",
                                      (const xmlChar *)"http://schemas.xmlsoap.org/soap/envelope/");
    xmlNodePtr data = xmlSecTmplEncDataCreate(document, xmlSecTransformAes128GcmId, NULL, xmlSecTypeEncContent, NULL, NULL);
    xmlSecTmplEncDataEnsureCipherValue(data);
    xmlNodePtr info = xmlSecTmplEncDataEnsureKeyInfo(data, NULL);
    xmlNodePtr wrapped = xmlSecTmplKeyInfoAddEncryptedKey(info, xmlSecTransformRsaOaepId, NULL, NULL, NULL);
    xmlSecTmplEncDataEnsureCipherValue(wrapped);
    xmlSecEncCtxPtr context = xmlSecEncCtxCreate(keys);
    context->encKey = xmlSecKeyGenerate(xmlSecKeyDataAesId, 128, xmlSecKeyDataTypeSession);
    int outcome = xmlSecEncCtxXmlEncrypt(context, data, body);
    if (outcome == 0) outcome = write_out(document);
    xmlSecEncCtxDestroy(context);
    xmlFreeDoc(document);
    return outcome;
}

static int decrypt(void) {
    xmlDocPtr document = parse();
    if (document == NULL) return -1;
    xmlNodePtr data = xmlSecFindNode(xmlDocGetRootElement(document), xmlSecNodeEncryptedData, xmlSecEncNs);
    xmlSecEncCtxPtr context = xmlSecEncCtxCreate(keys);
    int outcome = xmlSecEncCtxDecrypt(context, data);
    if (outcome == 0) outcome = write_out(document);
    xmlSecEncCtxDestroy(context);
    xmlFreeDoc(document);
    return outcome;
}

static void load(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) exit(2);
    fseek(file, 0, SEEK_END);
    length = (int)ftell(file);
    rewind(file);
    octets = malloc((size_t)length);
    if (fread(octets, 1, (size_t)length, file) != (size_t)length) exit(2);
    fclose(file);
}

static xmlSecKeyPtr load_key(const char *folder, const char *name, xmlSecKeyDataFormat format) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    xmlSecKeyPtr found = xmlSecCryptoAppKeyLoad(path, format, NULL, NULL, NULL);
    if (found == NULL) exit(2);
    return found;
}

/* A manager that holds one key. */
static void hold(xmlSecKeyPtr one) {
    keys = xmlSecKeysMngrCreate();
    if (xmlSecCryptoAppDefaultKeysMngrInit(keys) < 0 || xmlSecCryptoAppDefaultKeysMngrAdoptKey(keys, one) < 0) exit(2);
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
    if (count != 4) return 2;
    const char *name = arguments[1], *folder = arguments[2], *key_folder = arguments[3];
    xmlInitParser();
    if (xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0) return 2;
    xmlSecErrorsSetCallback(NULL);
    int (*operation)(void);
    if (strcmp(name, "c14n") == 0) {
        load(folder, "envelope.xml");
        operation = canonicalise;
    } else if (strcmp(name, "verify") == 0) {
        load(folder, "signed.xml");
        key = load_key(key_folder, "alice.pem", xmlSecKeyDataFormatCertPem);
        operation = verify;
    } else if (strcmp(name, "sign") == 0) {
        load(folder, "template.xml");
        key = load_key(key_folder, "alice.key", xmlSecKeyDataFormatPem);
        operation = sign;
    } else if (strcmp(name, "encrypt") == 0 || strcmp(name, "decrypt") == 0) {
        load(folder, "envelope.xml");
        hold(load_key(key_folder, "bob.pem", xmlSecKeyDataFormatCertPem));
        operation = encrypt;
        if (strcmp(name, "decrypt") == 0) {
            if (encrypt() != 0) return 1;
            free(octets);
            octets = (char *)written;
            length = written_length;
            written = NULL;
            hold(load_key(key_folder, "bob.key", xmlSecKeyDataFormatPem));
            operation = decrypt;
        }
    } else {
        return 3;
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
