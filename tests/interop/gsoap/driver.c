/* gSOAP's wsse plugin as a client and as a service of HTTP.
 *
 * driver KEYS call OWN OTHER SHAPE URL   calls the service; prints the amount that it accepted
 * driver KEYS serve OWN OTHER SHAPE      prints "OK PORT", and serves until it is ended
 *
 * OWN and OTHER are names of keys. SHAPE is words between commas: a digest (sha1, sha256, sha512), how the certificate is
 * referred to (direct, x509data), and a cipher if the Body is encrypted (aes128-cbc, aes256-cbc, aes256-gcm), with oaep for its key. */
#include "wsseapi.h"
#include "bank.nsmap"

static const char *keys, *shape;
static EVP_PKEY *own_key;
static X509 *own_certificate, *other_certificate;

static int has(const char *word) { return strstr(shape, word) != NULL; }

static FILE *opened(const char *name, const char *extension)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/%s.%s", keys, name, extension);
  FILE *file = fopen(path, "r");
  if (!file) { perror(path); exit(2); }
  return file;
}

static EVP_PKEY *private_key(const char *name)
{
  FILE *file = opened(name, "key");
  EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
  fclose(file);
  return key;
}

static X509 *certificate(const char *name)
{
  FILE *file = opened(name, "pem");
  X509 *found = PEM_read_X509(file, NULL, NULL, NULL);
  fclose(file);
  return found;
}

static int cipher(int sends)
{
  int found = has("aes256-gcm") ? (sends ? SOAP_MEC_ENV_ENC_AES256_GCM : SOAP_MEC_ENV_DEC_AES256_GCM)
            : has("aes256-cbc") ? (sends ? SOAP_MEC_ENV_ENC_AES256_CBC : SOAP_MEC_ENV_DEC_AES256_CBC)
                                : (sends ? SOAP_MEC_ENV_ENC_AES128_CBC : SOAP_MEC_ENV_DEC_AES128_CBC);
  return has("oaep") ? found | SOAP_MEC_OAEP : found;
}

/* The key of a reference: the other's certificate for signatures, our key for ciphertext. */
static const void *key_of(struct soap *soap, int *algorithm, const char *name, const unsigned char *id, int length, int *found)
{
  if (*algorithm == SOAP_WSSE_IGNORE_EXTRA_REFS) return NULL;
  if (*algorithm & SOAP_MEC_ENV) return own_key;
  return other_certificate;
}

/* What is demanded of the next message. */
static void expect(struct soap *soap)
{
  if (has("aes")) {
    soap_wsse_decrypt_auto(soap, cipher(0), own_key, 0);
    soap_set_imode(soap, SOAP_XML_DOM);
  }
  soap_wsse_verify_auto(soap, SOAP_SMD_NONE, NULL, 0);
}

/* The message that came has a signature over its Body, and a timestamp that has not expired. soap_wsse_verify_body would
 * count the Body twice if the last child of the Security header is signed, as our Timestamp is, and say "Message body not
 * signed". */
static int verified(struct soap *soap)
{
  if (soap_wsse_verify_element(soap, namespaces[0].ns, "Body") == 0) return soap_wsse_sender_fault(soap, "Body not signed", NULL);
  return soap_wsse_verify_Timestamp(soap);
}

static int secure(struct soap *soap)
{
  int method = has("sha1") ? SOAP_SMD_SIGN_RSA_SHA1 : has("sha512") ? SOAP_SMD_SIGN_RSA_SHA512 : SOAP_SMD_SIGN_RSA_SHA256;
  soap_wsse_delete_Security(soap);
  soap_wsse_add_Timestamp(soap, "Time", 300);
  if (has("x509data")) {
    soap_wsse_add_KeyInfo_X509Certificate(soap, own_certificate);
  } else {
    soap_wsse_add_BinarySecurityTokenX509(soap, "Token", own_certificate);
    soap_wsse_add_KeyInfo_SecurityTokenReferenceX509(soap, "#Token");
  }
  if (soap_wsse_sign_body(soap, method, own_key, 0)) return soap->error;
  soap_wsse_sign_only(soap, "Time Body");
  return has("aes") ? soap_wsse_add_EncryptedKey(soap, cipher(1), "Key", other_certificate, NULL, NULL, NULL) : SOAP_OK;
}

int b__pay(struct soap *soap, char *amount, struct b__accepted *result)
{
  if (verified(soap)) return soap->error;
  result->b__amount = amount;
  return secure(soap);
}

static int serve(struct soap *soap)
{
  struct sockaddr_storage bound;
  socklen_t length = sizeof bound;
  soap->bind_flags = SO_REUSEADDR;
  if (!soap_valid_socket(soap_bind(soap, NULL, 0, 10))) return 1;
  getsockname(soap->master, (struct sockaddr *)&bound, &length);
  int port = bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port : ((struct sockaddr_in *)&bound)->sin_port;
  printf("OK %d\n", ntohs(port));
  fflush(stdout);
  for (; soap_valid_socket(soap_accept(soap)); soap_destroy(soap), soap_end(soap)) {
    expect(soap);
    if (soap_serve(soap)) soap_print_fault(soap, stderr);
  }
  return 1;
}

static int call(struct soap *soap, const char *url)
{
  struct b__accepted result;
  if (secure(soap) == SOAP_OK) {
    expect(soap);
    if (soap_call_b__pay(soap, url, NULL, "47.11", &result) == SOAP_OK && verified(soap) == SOAP_OK) {
      puts(result.b__amount);
      return 0;
    }
  }
  soap_print_fault(soap, stderr);
  return 1;
}

int main(int count, char **words)
{
  if (count < 6) return 2;
  keys = words[1];
  shape = words[5];
  soap_ssl_init();
  own_key = private_key(words[3]);
  own_certificate = certificate(words[3]);
  other_certificate = certificate(words[4]);
  struct soap *soap = soap_new1(SOAP_XML_CANONICAL | SOAP_C_UTFSTRING);
  soap_register_plugin_arg(soap, soap_wsse, (void *)key_of);
  char ca[1024];
  snprintf(ca, sizeof ca, "%s/ca.pem", keys);
  soap->cafile = ca;
  soap->accept_timeout = 120;
  soap->send_timeout = soap->recv_timeout = 10;
  return strcmp(words[2], "serve") == 0 ? serve(soap) : call(soap, words[6]);
}
