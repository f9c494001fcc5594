/* gSOAP's wsse plugin on the messages our own benchmark measures: harness OPERATION FOLDER KEYS.
 *
 * verify   signed.xml to the tree of gSOAP, with the signature verified by the key of alice's certificate
 * sign     the tree of the content of the Body of envelope.xml (read once) to a signed message
 *
 * Prints the median of the runs in nanoseconds. gSOAP reads into structures made for one service; the tree is what it has for
 * any content. It has no canonical form of a text. */
#include "wsseapi.h"
#include "any.nsmap"
#include <time.h>

static char *octets;
static size_t length, at;
static EVP_PKEY *key;
static X509 *certificate;
static struct soap_dom_element content;

static size_t receive(struct soap *soap, char *buffer, size_t room)
{
  size_t rest = length - at, count = rest < room ? rest : room;
  memcpy(buffer, octets + at, count);
  at += count;
  return count;
}

static char *sent;
static size_t sent_length, sent_room;

static int send_out(struct soap *soap, const char *data, size_t count)
{
  if (sent_length + count > sent_room) sent = realloc(sent, sent_room = 2 * (sent_length + count));
  memcpy(sent + sent_length, data, count);
  sent_length += count;
  return SOAP_OK;
}

static const void *key_of(struct soap *soap, int *algorithm, const char *name, const unsigned char *id, int size, int *found)
{
  return *algorithm == SOAP_WSSE_IGNORE_EXTRA_REFS ? NULL : certificate;
}

static int read_message(struct soap *soap, struct soap_dom_element *body)
{
  at = 0;
  soap_begin(soap);
  soap->frecv = receive;
  return soap_begin_recv(soap) || soap_envelope_begin_in(soap) || soap_recv_header(soap) || soap_body_begin_in(soap)
    || !soap_in_xsd__anyType(soap, NULL, body, NULL) || soap_body_end_in(soap) || soap_envelope_end_in(soap)
    || soap_end_recv(soap);
}

static int verify(struct soap *soap)
{
  struct soap_dom_element body;
  soap_default_xsd__anyType(soap, &body);
  soap_wsse_verify_auto(soap, SOAP_SMD_NONE, NULL, 0);
  int failed = read_message(soap, &body) || soap_wsse_verify_element(soap, namespaces[0].ns, "Body") == 0
    || soap_wsse_verify_Timestamp(soap);
  if (failed) soap_print_fault(soap, stderr);
  soap_destroy(soap);
  soap_end(soap);
  return failed;
}

static int sign(struct soap *soap)
{
  sent_length = 0;
  soap->fsend = send_out;
  soap_begin(soap);
  soap_wsse_delete_Security(soap);
  int failed = soap_wsse_add_Timestamp(soap, "Time", 300)
    || soap_wsse_add_BinarySecurityTokenX509(soap, "Token", certificate)
    || soap_wsse_add_KeyInfo_SecurityTokenReferenceX509(soap, "#Token")
    || soap_wsse_sign_body(soap, SOAP_SMD_SIGN_RSA_SHA256, key, 0);
  soap_wsse_sign_only(soap, "Time Body");
  soap_serializeheader(soap);
  failed = failed || soap_begin_count(soap);
  if (!failed && (soap->mode & SOAP_IO_LENGTH))
    failed = soap_envelope_begin_out(soap) || soap_putheader(soap) || soap_body_begin_out(soap)
      || soap_out_xsd__anyType(soap, NULL, 0, &content, NULL) || soap_body_end_out(soap) || soap_envelope_end_out(soap);
  failed = failed || soap_end_count(soap) || soap_begin_send(soap) || soap_envelope_begin_out(soap) || soap_putheader(soap)
    || soap_body_begin_out(soap) || soap_out_xsd__anyType(soap, NULL, 0, &content, NULL) || soap_body_end_out(soap)
    || soap_envelope_end_out(soap) || soap_end_send(soap);
  if (failed) soap_print_fault(soap, stderr);
  soap_destroy(soap);
  soap_end(soap);
  return failed;
}

static FILE *opened(const char *folder, const char *name)
{
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) { perror(path); exit(2); }
  return file;
}

static void load(const char *folder, const char *name)
{
  FILE *file = opened(folder, name);
  fseek(file, 0, SEEK_END);
  length = (size_t)ftell(file);
  rewind(file);
  octets = malloc(length);
  if (fread(octets, 1, length, file) != length) exit(2);
  fclose(file);
}

static long long now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
  long long l = *(const long long *)left, r = *(const long long *)right;
  return (l > r) - (l < r);
}

int main(int count, char **words)
{
  if (count != 4) return 2;
  int verifies = !strcmp(words[1], "verify");
  if (!verifies && strcmp(words[1], "sign")) return 3;
  soap_ssl_init();
  key = PEM_read_PrivateKey(opened(words[3], "alice.key"), NULL, NULL, NULL);
  certificate = PEM_read_X509(opened(words[3], "alice.pem"), NULL, NULL, NULL);
  struct soap *soap = soap_new1(SOAP_XML_CANONICAL | SOAP_C_UTFSTRING | SOAP_XML_DOM);
  soap_register_plugin_arg(soap, soap_wsse, (void *)key_of);
  struct soap *tree = soap_new1(SOAP_C_UTFSTRING | SOAP_XML_DOM);
  load(words[2], verifies ? "signed.xml" : "envelope.xml");
  if (!verifies && read_message(tree, &content)) { soap_print_fault(tree, stderr); return 1; }
  static long long times[20000];
  int runs = 0;
  long long started = now();
  while (runs < 20000 && (runs < 5 || now() - started < 1000000000LL)) {
    long long before = now();
    if (verifies ? verify(soap) : sign(soap)) return 1;
    times[runs++] = now() - before;
  }
  if (getenv("WSS_SENT")) fwrite(sent, 1, sent_length, stderr);
  qsort(times, (size_t)runs, sizeof times[0], ascending);
  printf("%lld\n", times[runs / 2]);
  return 0;
}
